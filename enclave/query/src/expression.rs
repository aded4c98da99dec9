//! Expressions over private columns: total and clear.
//!
//! A predicate compares one column with literals. The literals are converted
//! here, so that nothing that runs over private rows can fail or has to cast,
//! but for the widening of an integer.

mod level;
mod literal;

use std::collections::BTreeSet;

use datafusion::{
    common::{Column, ScalarValue, tree_node::TreeNode},
    logical_expr::{BinaryExpr, Expr, Operator, cast, utils::split_conjunction},
};
use sekisho_tables::{Catalogue, ColumnType, Role};

use crate::{
    Refusal, Rule, dosage,
    label::{Origin, Relation, bare},
    rewrite,
};
use level::Level;
use literal::Literal;

/// The most literals of an IN.
const MAX_LITERALS: usize = 200;

/// A part of a WHERE or a FILTER that speaks of one level: typed and total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Conjunct {
    pub(crate) expr: Expr,
    pub(crate) level: crate::Level,
}

/// A total expression over one declared column and literals.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Clear {
    /// The expression, without its alias.
    pub(crate) expr: Expr,
    /// The one column that it reads.
    pub(crate) column: Column,
    pub(crate) level: crate::Level,
    pub(crate) r#type: ColumnType,
    /// Every value that it can have, if the text and the declared domain tell.
    pub(crate) domain: Option<Vec<String>>,
    /// The bounds that the declared bounds make.
    pub(crate) bounds: Option<[f64; 2]>,
}

/// Judges a predicate and splits it at AND, with its literals in the columns' types.
pub(crate) fn predicate(
    expr: &Expr,
    relation: &Relation,
    sql: &str,
    catalogue: &Catalogue,
) -> Result<Vec<Conjunct>, Refusal> {
    let judge = Judge {
        relation,
        sql,
        catalogue,
    };
    split_conjunction(expr)
        .into_iter()
        .map(|part| {
            let (expr, level) = judge.predicate(part)?;
            let level = match level {
                Level::Individuals => crate::Level::Unit,
                Level::Rows => crate::Level::Row,
                Level::Both => return Err(judge.levels()),
            };
            Ok(Conjunct { expr, level })
        })
        .collect()
}

/// Judges an expression over private rows: today a bare column.
pub(crate) fn scalar(
    expr: &Expr,
    relation: &Relation,
    sql: &str,
    catalogue: &Catalogue,
) -> Result<Clear, Refusal> {
    if has_subquery(expr) {
        return Err(subquery(sql, catalogue));
    }
    let found = bare(expr).and_then(|column| {
        let origin = relation.origin(column)?;
        let declared = origin.column.as_ref()?;
        Some(Clear {
            expr: Expr::Column(column.clone()),
            column: column.clone(),
            level: origin.level,
            r#type: declared.r#type,
            domain: declared.domain.clone(),
            bounds: declared.bounds,
        })
    });
    found.ok_or_else(|| {
        Refusal::new(
            Rule::Unclear,
            "an expression over private columns is more than a bare column",
            "aggregate bare columns, and compute with the released figures, for example sum(a) / sum(b)",
        )
        .at(sql, &first_word(expr))
        .with_rewrite(rewrite::individuals(catalogue, relation.table()))
    })
}

/// The scans of genotypes in which a predicate, as [`predicate`] returned it,
/// leaves rows with a dosage of one or more only.
pub(crate) fn carriers_only(predicate: &Expr, relation: &Relation) -> BTreeSet<usize> {
    if let Expr::BinaryExpr(BinaryExpr { left, op, right }) = predicate {
        let sides = || [left, right].map(|side| carriers_only(side, relation));
        match op {
            Operator::And => return sides().iter().flatten().copied().collect(),
            Operator::Or => {
                let [left, right] = sides();
                return &left & &right;
            }
            _ => {}
        }
    }
    dosage::one_or_more(predicate)
        .and_then(|column| relation.origin(column))
        .filter(|origin| origin.is_dosage())
        .map(|origin| origin.scan)
        .into_iter()
        .collect()
}

/// Whether a subquery stands in the expression.
pub(crate) fn has_subquery(expr: &Expr) -> bool {
    expr.exists(|expr| {
        Ok(matches!(
            expr,
            Expr::ScalarSubquery(_)
                | Expr::InSubquery(_)
                | Expr::Exists(_)
                | Expr::SetComparison(_)
        ))
    })
    .unwrap_or(true)
}

/// The refusal of a subquery over private rows.
pub(crate) fn subquery(sql: &str, catalogue: &Catalogue) -> Refusal {
    Refusal::new(
        Rule::Subquery,
        "a subquery over private rows is refused, and so is one that refers to the query around it",
        "join the tables on the individual, or aggregate inside the subquery",
    )
    .at(
        &sql.replacen("SELECT", "······", 1)
            .replacen("select", "······", 1),
        "select",
    )
    .with_rewrite(rewrite::individuals(catalogue, None))
}

/// A word of the expression that also stands in the query's text.
pub(crate) fn first_word(expr: &Expr) -> String {
    let mut word = None;
    let visited = expr.apply(|expr| {
        let found = match expr {
            Expr::ScalarFunction(function) => Some(function.name().to_owned()),
            Expr::WindowFunction(_) => Some("over".to_owned()),
            Expr::Case(_) => Some("case".to_owned()),
            Expr::Cast(_) | Expr::TryCast(_) => Some("cast".to_owned()),
            Expr::BinaryExpr(binary) => Some(binary.op.to_string()),
            Expr::Column(column) => Some(column.name.clone()),
            _ => None,
        };
        word = word.take().or(found);
        Ok(datafusion::common::tree_node::TreeNodeRecursion::Continue)
    });
    visited
        .ok()
        .and(word)
        .unwrap_or_else(|| "select".to_owned())
}

struct Judge<'a> {
    relation: &'a Relation,
    sql: &'a str,
    catalogue: &'a Catalogue,
}

impl Judge<'_> {
    fn predicate(&self, expr: &Expr) -> Result<(Expr, Level), Refusal> {
        match expr {
            Expr::Alias(alias) => self.predicate(&alias.expr),
            Expr::BinaryExpr(BinaryExpr {
                left,
                op: op @ (Operator::And | Operator::Or),
                right,
            }) => {
                let (left, of_left) = self.predicate(left)?;
                let (right, of_right) = self.predicate(right)?;
                let level = of_left.and(of_right);
                if *op == Operator::Or && level == Level::Both {
                    return Err(self.levels());
                }
                let both = if *op == Operator::And {
                    left.and(right)
                } else {
                    left.or(right)
                };
                Ok((both, level))
            }
            Expr::BinaryExpr(BinaryExpr { left, op, right }) if is_comparison(*op) => {
                match (left.as_ref(), right.as_ref()) {
                    (Expr::Column(column), literal) => self.compared(column, *op, literal),
                    (literal, Expr::Column(column)) => match op.swap() {
                        Some(op) => self.compared(column, op, literal),
                        None => Err(self.form(expr)),
                    },
                    _ => Err(self.form(expr)),
                }
            }
            Expr::Not(inner) => {
                let (inner, level) = self.predicate(inner)?;
                // NOT (a AND b) is an OR.
                if level == Level::Both {
                    return Err(self.levels());
                }
                Ok((Expr::Not(Box::new(inner)), level))
            }
            Expr::Between(between) => {
                let Expr::Column(column) = between.expr.as_ref() else {
                    return Err(self.form(expr));
                };
                let (low, level) = self.compared(column, Operator::GtEq, &between.low)?;
                let (high, _) = self.compared(column, Operator::LtEq, &between.high)?;
                let within = low.and(high);
                Ok((
                    if between.negated {
                        Expr::Not(Box::new(within))
                    } else {
                        within
                    },
                    level,
                ))
            }
            Expr::InList(list) => {
                let Expr::Column(column) = list.expr.as_ref() else {
                    return Err(self.form(expr));
                };
                self.listed(column, &list.list, list.negated)
            }
            Expr::IsNull(inner) | Expr::IsNotNull(inner) => {
                let Expr::Column(column) = inner.as_ref() else {
                    return Err(self.form(expr));
                };
                let origin = self.origin(column)?;
                self.may_be_filtered(column, origin)?;
                Ok((expr.clone(), Level::of(origin)))
            }
            Expr::Column(column) => self.flag(column),
            other if has_subquery(other) => Err(subquery(self.sql, self.catalogue)),
            other => Err(self.form(other)),
        }
    }

    /// `column op literal`.
    fn compared(
        &self,
        column: &Column,
        op: Operator,
        literal: &Expr,
    ) -> Result<(Expr, Level), Refusal> {
        let origin = self.origin(column)?;
        let declared = self.may_be_filtered(column, origin)?;
        let of_column = Expr::Column(column.clone());
        let (left, right) = match literal::read(literal, declared) {
            Some(Literal::OfColumn(value)) => (of_column, value),
            Some(Literal::Wider(value)) => (
                cast(of_column, datafusion::arrow::datatypes::DataType::Float64),
                value,
            ),
            None => return Err(self.value(column, declared, literal)),
        };
        self.in_domain(column, declared, &right)?;
        let compared = Expr::BinaryExpr(BinaryExpr::new(
            Box::new(left),
            op,
            Box::new(Expr::Literal(right, None)),
        ));
        Ok((compared, Level::of(origin)))
    }

    fn listed(
        &self,
        column: &Column,
        list: &[Expr],
        negated: bool,
    ) -> Result<(Expr, Level), Refusal> {
        if list.len() > MAX_LITERALS {
            return Err(Refusal::new(
                Rule::PredicateLength,
                format!("IN has more than {MAX_LITERALS} literals"),
                "describe the set by fewer values, or by a range",
            )
            .at(self.sql, "in"));
        }
        let any = list
            .iter()
            .map(|literal| self.compared(column, Operator::Eq, literal))
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .reduce(|(a, level), (b, _)| (a.or(b), level));
        match any {
            Some((any, level)) if negated => Ok((Expr::Not(Box::new(any)), level)),
            Some(any) => Ok(any),
            None => Err(self.form(&Expr::Column(column.clone()))),
        }
    }

    /// A column of type bool, as a predicate of its own.
    fn flag(&self, column: &Column) -> Result<(Expr, Level), Refusal> {
        let origin = self.origin(column)?;
        let declared = self.may_be_filtered(column, origin)?;
        if declared.r#type == ColumnType::Bool {
            Ok((Expr::Column(column.clone()), Level::of(origin)))
        } else {
            Err(self.form(&Expr::Column(column.clone())))
        }
    }

    fn origin(&self, column: &Column) -> Result<&Origin, Refusal> {
        self.relation
            .origin(column)
            .ok_or_else(|| self.form(&Expr::Column(column.clone())))
    }

    /// Whether literals may be compared with the column at all.
    fn may_be_filtered<'o>(
        &self,
        column: &Column,
        origin: &'o Origin,
    ) -> Result<&'o sekisho_tables::Column, Refusal> {
        let Some(declared) = &origin.column else {
            return Err(self.form(&Expr::Column(column.clone())));
        };
        if origin.is_annotation() {
            return Ok(declared);
        }
        if matches!(declared.role, Role::Unit | Role::Identifier) {
            return Err(Refusal::new(
                Rule::PredicateIdentifier,
                format!("`{}` identifies somebody or something: it can be joined on and counted, not looked up", column.name),
                "describe a group by its attributes",
            )
            .at(self.sql, &column.name)
            .with_rewrite(rewrite::individuals(self.catalogue, self.relation.table())));
        }
        if declared.r#type == ColumnType::Text && declared.domain.is_none() {
            return Err(Refusal::new(
                Rule::PredicateUndeclared,
                format!(
                    "`{}` has no declared domain, so it cannot be filtered",
                    column.name
                ),
                "filter by a column whose values the catalogue lists",
            )
            .at(self.sql, &column.name)
            .with_rewrite(rewrite::individuals(self.catalogue, self.relation.table())));
        }
        Ok(declared)
    }

    /// A value outside a declared domain can only be a slip.
    fn in_domain(
        &self,
        column: &Column,
        declared: &sekisho_tables::Column,
        value: &ScalarValue,
    ) -> Result<(), Refusal> {
        let Some(domain) = &declared.domain else {
            return Ok(());
        };
        let known = value
            .try_as_str()
            .flatten()
            .is_some_and(|text| domain.iter().any(|v| v == text));
        if known {
            return Ok(());
        }
        Err(Refusal::new(
            Rule::PredicateValue,
            format!(
                "`{}` is compared with a value that it does not have",
                column.name
            ),
            format!("its values are: {}", domain.join(", ")),
        )
        .at(self.sql, &column.name)
        .with_rewrite(
            self.relation
                .origin(column)
                .and_then(|origin| rewrite::by(self.catalogue, &origin.table.name, &declared.name)),
        ))
    }

    fn value(&self, column: &Column, declared: &sekisho_tables::Column, literal: &Expr) -> Refusal {
        if has_subquery(literal) {
            return subquery(self.sql, self.catalogue);
        }
        let (expected, help) = match declared.r#type {
            ColumnType::Text => ("text", "write a literal in single quotes"),
            ColumnType::Int | ColumnType::Float => ("a number", "write a number, for example 42"),
            ColumnType::Bool => ("true or false", "write true or false"),
            ColumnType::Date => (
                "a day",
                "write a day in single quotes, for example '2024-03-31'",
            ),
        };
        Refusal::new(
            Rule::PredicateValue,
            format!(
                "`{}` is compared with something that is not a literal of its type: {expected}",
                column.name
            ),
            format!("{help}; for missing values write IS NULL"),
        )
        .at(self.sql, &column.name)
        .with_rewrite(rewrite::individuals(self.catalogue, self.relation.table()))
    }

    fn form(&self, expr: &Expr) -> Refusal {
        Refusal::new(
            Rule::Predicate,
            "a predicate over private rows compares one column with literals",
            "use =, <>, <, <=, >, >=, BETWEEN, IN, IS NULL with AND, OR, NOT; compute with released figures only",
        )
        .at(self.sql, &first_word(expr))
        .with_rewrite(rewrite::individuals(self.catalogue, self.relation.table()))
    }

    fn levels(&self) -> Refusal {
        Refusal::new(
            Rule::PredicateLevels,
            "OR, or NOT of an AND, mixes columns that describe individuals with columns that describe their rows",
            "ask two queries, or combine the conditions with AND",
        )
        .at(self.sql, "or")
        .with_rewrite(rewrite::individuals(self.catalogue, None))
    }
}

fn is_comparison(op: Operator) -> bool {
    matches!(
        op,
        Operator::Eq
            | Operator::NotEq
            | Operator::Lt
            | Operator::LtEq
            | Operator::Gt
            | Operator::GtEq
    )
}
