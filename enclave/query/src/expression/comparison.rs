//! Comparisons of a clear scalar with literals.

use datafusion::{
    common::ScalarValue,
    logical_expr::{
        BinaryExpr, Expr, Like, Operator, cast, expr::InList, expr::ScalarFunction, lit,
    },
};
use sekisho_tables::{Column as Declared, ColumnType, Role};

use super::{
    Clear, Judge, Reason, has_subquery, literal, literal::Literal, predicate::Judged, subquery,
};
use crate::{Refusal, Rule, rewrite};

/// The most literals of an IN.
const MAX_LITERALS: usize = 200;

/// A clear scalar as the operand of a comparison.
pub(super) struct Operand {
    pub(super) clear: Clear,
    /// Of a function of a declared text column that is NULL for NULL only: what
    /// it gives for each of the declared values.
    derived: Option<Vec<(String, String)>>,
}

impl Judge<'_> {
    /// A scalar that may be compared with literals.
    pub(super) fn operand(&self, expr: &Expr) -> Result<Operand, Refusal> {
        if has_subquery(expr) {
            return Err(subquery(self.sql, self.catalogue));
        }
        // Without this, a CASE of CASEs would be read again and again.
        let operand = match expr {
            Expr::Alias(alias) => return self.operand(&alias.expr),
            Expr::Case(_) => Operand {
                clear: self.scalar(expr)?,
                derived: None,
            },
            _ => {
                let stepped = self.stepped(expr)?;
                let derived = stepped
                    .derived()
                    .filter(|_| stepped.strict() && !stepped.steps.is_empty())
                    .zip(stepped.declared.domain.clone())
                    .map(|(derived, declared)| declared.into_iter().zip(derived).collect());
                Operand {
                    clear: stepped.clear(),
                    derived,
                }
            }
        };
        self.may_be_filtered(&operand.clear)?;
        Ok(operand)
    }

    /// `scalar op literal`.
    pub(super) fn compared(
        &self,
        scalar: &Expr,
        op: Operator,
        literal: &Expr,
    ) -> Result<Judged, Refusal> {
        let operand = self.operand(scalar)?;
        let clear = &operand.clear;
        let (left, right) = match literal::read(literal, clear.r#type) {
            Some(Literal::OfType(value)) => (clear.expr.clone(), value),
            Some(Literal::Wider(value)) => (
                cast(
                    clear.expr.clone(),
                    datafusion::arrow::datatypes::DataType::Float64,
                ),
                value,
            ),
            None => return Err(self.value(clear, literal)),
        };
        if let Some(text) = right.try_as_str().flatten() {
            self.in_domain(clear, text)?;
            if let Some(judged) = operand.reduced(|derived| holds(derived, op, text)) {
                return Ok(judged);
            }
        }
        Ok(Judged {
            expr: Expr::BinaryExpr(BinaryExpr::new(
                Box::new(left),
                op,
                Box::new(Expr::Literal(right, None)),
            )),
            level: Some(clear.level),
        })
    }

    pub(super) fn listed(&self, list: &InList) -> Result<Judged, Refusal> {
        if list.list.len() > MAX_LITERALS {
            return Err(Refusal::new(
                Rule::PredicateLength,
                format!("IN has more than {MAX_LITERALS} literals"),
                "describe the set by fewer values, or by a range",
            )
            .at(self.sql, "in"));
        }
        let any = list
            .list
            .iter()
            .map(|literal| self.compared(&list.expr, Operator::Eq, literal))
            .collect::<Result<Vec<_>, _>>()?;
        let level = any.first().and_then(|one| one.level);
        match any_of(any.into_iter().map(|one| one.expr).collect()) {
            Some(any) => Ok(Judged {
                expr: negated(any, list.negated),
                level,
            }),
            None => Err(self.refused(&list.expr, Reason::Unknown)),
        }
    }

    pub(super) fn like(&self, expr: &Expr, like: &Like) -> Result<Judged, Refusal> {
        let prefix = match literal::constant(&like.pattern) {
            Some(ScalarValue::Utf8(Some(pattern)))
                if like.escape_char.is_none() && !like.case_insensitive =>
            {
                pattern
                    .strip_suffix('%')
                    .filter(|prefix| !prefix.contains(['%', '_', '\\']))
                    .map(str::to_owned)
            }
            _ => None,
        };
        let Some(prefix) = prefix else {
            return Err(self.refused(expr, Reason::Pattern));
        };
        let Judged { expr, level } = self.begins(&like.expr, &prefix)?;
        Ok(Judged {
            expr: negated(expr, like.negated),
            level,
        })
    }

    pub(super) fn starts_with(
        &self,
        expr: &Expr,
        function: &ScalarFunction,
    ) -> Result<Judged, Refusal> {
        match function.args.as_slice() {
            [scalar, prefix] => match literal::constant(prefix) {
                Some(ScalarValue::Utf8(Some(prefix))) if !prefix.contains(['%', '_', '\\']) => {
                    self.begins(scalar, &prefix)
                }
                _ => Err(self.refused(expr, Reason::Pattern)),
            },
            _ => Err(self.refused(expr, Reason::Pattern)),
        }
    }

    /// Texts that begin so.
    fn begins(&self, scalar: &Expr, prefix: &str) -> Result<Judged, Refusal> {
        let operand = self.operand(scalar)?;
        let clear = &operand.clear;
        if clear.r#type != ColumnType::Text {
            return Err(self.refused(scalar, Reason::Type));
        }
        if let Some(domain) = &clear.domain {
            let values: Vec<&String> = domain.iter().filter(|v| v.starts_with(prefix)).collect();
            if values.is_empty() {
                return Err(self.outside(clear, domain));
            }
            if let Some(judged) = operand.reduced(|derived| derived.starts_with(prefix)) {
                return Ok(judged);
            }
            let any = values
                .into_iter()
                .map(|value| clear.expr.clone().eq(lit(value.as_str())))
                .collect();
            if let Some(expr) = any_of(any) {
                return Ok(Judged {
                    expr,
                    level: Some(clear.level),
                });
            }
        }
        Ok(Judged {
            expr: clear.expr.clone().like(lit(format!("{prefix}%"))),
            level: Some(clear.level),
        })
    }

    /// Whether literals may be compared with the column at all.
    fn may_be_filtered(&self, clear: &Clear) -> Result<(), Refusal> {
        let Some((origin, declared)) = self.declared(clear) else {
            return Err(self.refused(&clear.expr, Reason::Unknown));
        };
        if origin.is_annotation() {
            return Ok(());
        }
        let reason = if matches!(declared.role, Role::Unit | Role::Identifier) {
            Reason::Identifier(clear.column.name.clone())
        } else if declared.is_undeclared() {
            Reason::Undeclared(clear.column.name.clone())
        } else {
            return Ok(());
        };
        Err(self.refused(&Expr::Column(clear.column.clone()), reason))
    }

    fn declared(&self, clear: &Clear) -> Option<(&crate::label::Origin, &Declared)> {
        let origin = self.relation.origin(&clear.column)?;
        Some((origin, origin.column.as_ref()?))
    }

    /// A value outside a declared domain can only be a slip.
    fn in_domain(&self, clear: &Clear, text: &str) -> Result<(), Refusal> {
        match &clear.domain {
            Some(domain) if !domain.iter().any(|value| value == text) => {
                let refusal = self.outside(clear, domain);
                Err(match rewrite::spelt(self.sql, text, domain) {
                    None => refusal,
                    near => refusal.with_rewrite(near),
                })
            }
            _ => Ok(()),
        }
    }

    fn outside(&self, clear: &Clear, domain: &[String]) -> Refusal {
        let name = &clear.column.name;
        Refusal::new(
            Rule::PredicateValue,
            format!("`{name}` is compared with a value that it does not have"),
            format!("its values are: {}", domain.join(", ")),
        )
        .at(self.sql, name)
        .with_rewrite(self.declared(clear).and_then(|(origin, declared)| {
            rewrite::by(self.catalogue, &origin.table.name, &declared.name)
        }))
    }

    fn value(&self, clear: &Clear, literal: &Expr) -> Refusal {
        if has_subquery(literal) {
            return subquery(self.sql, self.catalogue);
        }
        let (expected, help) = match clear.r#type {
            ColumnType::Text => ("text", "write a literal in single quotes"),
            ColumnType::Int | ColumnType::Float => ("a number", "write a number, for example 42"),
            ColumnType::Bool => ("true or false", "write true or false"),
            ColumnType::Date => (
                "a day",
                "write a day in single quotes, for example '2024-03-31'",
            ),
        };
        let name = &clear.column.name;
        Refusal::new(
            Rule::PredicateValue,
            format!(
                "`{name}` is compared with something that is not a literal of its type: {expected}"
            ),
            format!("{help}; for missing values write IS NULL"),
        )
        .at(self.sql, name)
        .with_rewrite(rewrite::individuals(self.catalogue, self.relation.table()))
    }
}

impl Operand {
    /// A predicate on a function of a declared column as one on the column
    /// itself: those of its values for which it holds, if there are any.
    fn reduced(&self, holds: impl Fn(&str) -> bool) -> Option<Judged> {
        let column = Expr::Column(self.clear.column.clone());
        let any = self
            .derived
            .as_ref()?
            .iter()
            .filter(|(_, derived)| holds(derived))
            .map(|(value, _)| column.clone().eq(lit(value.as_str())))
            .collect();
        Some(Judged {
            expr: any_of(any)?,
            level: Some(self.clear.level),
        })
    }
}

/// Any of the predicates; balanced, so that it is not deep.
fn any_of(mut any: Vec<Expr>) -> Option<Expr> {
    match any.len() {
        0 | 1 => any.pop(),
        length => {
            let right = any.split_off(length / 2);
            Some(any_of(any)?.or(any_of(right)?))
        }
    }
}

pub(super) fn negated(expr: Expr, negated: bool) -> Expr {
    if negated {
        Expr::Not(Box::new(expr))
    } else {
        expr
    }
}

/// As the engine compares text: byte by byte.
fn holds(value: &str, op: Operator, literal: &str) -> bool {
    match op {
        Operator::Eq => value == literal,
        Operator::NotEq => value != literal,
        Operator::Lt => value < literal,
        Operator::LtEq => value <= literal,
        Operator::Gt => value > literal,
        Operator::GtEq => value >= literal,
        _ => false,
    }
}
