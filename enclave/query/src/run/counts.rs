//! The genotype operator's rule: which aggregates are counted over genotype blocks.
//!
//! An aggregate by individual (and perhaps by columns of variants) that counts
//! genotypes or adds up copies needs no rows of genotypes: of each variant the sets of
//! individuals with one copy, with two, and of unknown genotype say all. What is not
//! recognised here is computed over rows, with the same result.

use std::sync::Arc;

use datafusion::{
    arrow::{compute::concat_batches, datatypes::DataType},
    common::{
        Column, Result, ScalarValue,
        tree_node::{Transformed, TreeNode, TreeNodeRecursion},
    },
    datasource::provider_as_source,
    execution::SessionState,
    logical_expr::{
        Aggregate, BinaryExpr, Expr, Join, JoinType, LogicalPlan, LogicalPlanBuilder, Operator,
        TableScanBuilder, utils::split_conjunction,
    },
};
use sekisho_tables::{UNIT, VARIANT};

use super::{
    collect,
    operator::{CountedGenotypes, Dosages, Figure},
    physical,
    variants::{snapshot_table, tables},
};
use crate::{label::plans::OTHER_VARIANT, scan::SnapshotTable};

/// How the names begin under which what operators make is scanned. Each has its own:
/// scans of the same name and columns are the same to the engine.
const COUNTED: &str = "__counted";

/// The plan with the operator in place of the aggregates that it can compute.
pub(super) async fn counted(mut plan: LogicalPlan, state: &SessionState) -> Result<LogicalPlan> {
    let mut found = Vec::new();
    plan.apply(|node| {
        if let LogicalPlan::Aggregate(aggregate) = node
            && let Some(counted) = Counted::of(aggregate)
        {
            found.push((node.clone(), counted));
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    for (number, (node, counted)) in found.into_iter().enumerate() {
        let operator = counted.operator(number, &node, state).await?;
        plan = plan
            .transform_down(|other| match other == node {
                true => Ok(Transformed::new(
                    operator.clone(),
                    true,
                    TreeNodeRecursion::Jump,
                )),
                false => Ok(Transformed::no(other)),
            })?
            .data;
    }
    Ok(plan)
}

/// How many operators a plan has.
#[cfg(test)]
pub(super) fn operators(plan: &LogicalPlan) -> usize {
    let mut found = 0;
    let visited = plan.apply(|node| {
        if let LogicalPlan::TableScan(scan) = node {
            found += usize::from(scan.table_name.table().starts_with(COUNTED));
        }
        Ok(TreeNodeRecursion::Continue)
    });
    visited.map_or(0, |_| found)
}

/// An aggregate over genotypes, read.
struct Counted {
    genotypes: SnapshotTable,
    dosages: Dosages,
    /// The side that reads variants, its column that is joined on, and the columns of
    /// it that are grouped by. None if all variants are read and none told apart.
    variants: Option<(LogicalPlan, Column, Vec<Column>)>,
    figures: Vec<Figure>,
}

impl Counted {
    fn of(aggregate: &Aggregate) -> Option<Self> {
        let mut source = Source::of(&aggregate.input)?;
        let (unit, keys) = aggregate.group_expr.split_first()?;
        if source.column(&aggregate.input, unit)? != Origin::Genotype(UNIT.to_owned()) {
            return None;
        }
        let keys = keys
            .iter()
            .map(|key| match source.column(&aggregate.input, key)? {
                Origin::Variant(column) => Some(column),
                Origin::Genotype(_) => None,
            });
        let keys: Vec<Column> = keys.collect::<Option<_>>()?;
        let figures = aggregate.aggr_expr.iter();
        let figures = figures.map(|figure| source.figure(&aggregate.input, figure));
        let figures = figures.collect::<Option<_>>()?;
        let variants = match source.variants.take() {
            Some((plan, on)) => Some((plan, on, keys)),
            None if keys.is_empty() => None,
            None => return None,
        };
        Some(Self {
            genotypes: source.genotypes,
            dosages: source.dosages,
            variants,
            figures,
        })
    }

    /// What takes the aggregate's place: the same columns under the same names.
    async fn operator(
        self,
        number: usize,
        node: &LogicalPlan,
        state: &SessionState,
    ) -> Result<LogicalPlan> {
        let schema = Arc::clone(node.schema());
        // The variants first, as for rows: what is read of genotypes hangs on the
        // annotation and the query's literals, not on who carries what.
        let keys = match self.variants {
            Some((plan, on, keys)) => {
                let columns = [on].into_iter().chain(keys).map(Expr::Column);
                let plan = LogicalPlanBuilder::from(plan)
                    .project(
                        columns
                            .enumerate()
                            .map(|(n, column)| column.alias(format!("k{n}"))),
                    )?
                    .build()?;
                let physical = physical(&plan, state).await?;
                let fields = physical.schema();
                let batches = collect(physical, state).await?;
                Some(concat_batches(&fields, &batches)?)
            }
            None => None,
        };
        let table = CountedGenotypes::new(
            self.genotypes,
            self.dosages,
            keys,
            self.figures,
            Arc::clone(schema.inner()),
        );
        let source = provider_as_source(Arc::new(table));
        let scan = TableScanBuilder::new(format!("{COUNTED}_{number}"), source).build()?;
        let columns = scan
            .projected_schema
            .iter()
            .map(|(qualifier, field)| Expr::Column(Column::new(qualifier.cloned(), field.name())));
        let named = columns
            .zip(schema.iter())
            .map(|(column, (qualifier, field))| {
                column.alias_qualified(qualifier.cloned(), field.name())
            });
        let named: Vec<Expr> = named.collect();
        LogicalPlanBuilder::from(LogicalPlan::TableScan(scan))
            .project(named)?
            .build()
    }
}

/// Where a column comes from.
#[derive(Debug, PartialEq, Eq)]
enum Origin {
    Genotype(String),
    /// A column of the side that reads variants.
    Variant(Column),
}

/// Genotypes once, perhaps joined with variants, and no condition but on dosage and
/// on variants.
struct Source {
    genotypes: SnapshotTable,
    dosages: Dosages,
    variants: Option<(LogicalPlan, Column)>,
}

impl Source {
    fn of(plan: &LogicalPlan) -> Option<Self> {
        match plan {
            LogicalPlan::TableScan(scan) => {
                let genotypes = snapshot_table(scan).filter(SnapshotTable::is_of_genotypes)?;
                Some(Self {
                    genotypes,
                    dosages: Dosages::ALL,
                    variants: None,
                })
            }
            LogicalPlan::SubqueryAlias(alias) => Self::of(&alias.input),
            LogicalPlan::Projection(projection) => Self::of(&projection.input),
            LogicalPlan::Filter(filter) => {
                let mut source = Self::of(&filter.input)?;
                for conjunct in split_conjunction(&filter.predicate) {
                    let (column, dosages) = Dosages::meeting(conjunct)?;
                    let column = Expr::Column(column.clone());
                    let dosage = Origin::Genotype("dosage".to_owned());
                    if source.column(&filter.input, &column)? != dosage {
                        return None;
                    }
                    source.dosages = source.dosages.and(dosages);
                }
                Some(source)
            }
            LogicalPlan::Join(join) => Self::of_join(join),
            _ => None,
        }
    }

    fn of_join(join: &Join) -> Option<Self> {
        let ([(left, right)], None) = (join.on.as_slice(), &join.filter) else {
            return None;
        };
        let (genotypes_left, on_genotypes, on_variants) = match join.join_type {
            JoinType::Inner if reads_variants(&join.right) => (true, left, right),
            JoinType::LeftSemi => (true, left, right),
            JoinType::Inner | JoinType::RightSemi => (false, right, left),
            _ => return None,
        };
        let (genotypes, variants) = match genotypes_left {
            true => (&join.left, &join.right),
            false => (&join.right, &join.left),
        };
        let Expr::Column(on_variants) = on_variants else {
            return None;
        };
        let names_variants = [VARIANT, OTHER_VARIANT].contains(&on_variants.name.as_str());
        if !reads_variants(variants) || !names_variants {
            return None;
        }
        let mut source = Self::of(genotypes)?;
        let joined = source.column(genotypes, on_genotypes)?;
        if source.variants.is_some() || joined != Origin::Genotype(VARIANT.to_owned()) {
            return None;
        }
        source.variants = Some((variants.as_ref().clone(), on_variants.clone()));
        Some(source)
    }

    /// Where a column of a plan that was read comes from; none of what is computed.
    fn column(&self, plan: &LogicalPlan, expr: &Expr) -> Option<Origin> {
        let column = match expr {
            Expr::Column(column) => column,
            Expr::Alias(alias) => return self.column(plan, &alias.expr),
            _ => return None,
        };
        let index = plan.schema().maybe_index_of_column(column)?;
        match plan {
            LogicalPlan::TableScan(scan) => {
                snapshot_table(scan)?.is_of_genotypes().then_some(())?;
                let (_, field) = scan.projected_schema.qualified_field(index);
                Some(Origin::Genotype(field.name().clone()))
            }
            LogicalPlan::SubqueryAlias(alias) => {
                let (qualifier, field) = alias.input.schema().qualified_field(index);
                let inner = Expr::Column(Column::new(qualifier.cloned(), field.name()));
                self.column(&alias.input, &inner)
            }
            LogicalPlan::Projection(projection) => {
                self.column(&projection.input, projection.expr.get(index)?)
            }
            LogicalPlan::Filter(filter) => self.column(&filter.input, expr),
            LogicalPlan::Join(join) => {
                let left = join.left.schema();
                let of_left = match join.join_type {
                    JoinType::RightSemi => false,
                    JoinType::LeftSemi => true,
                    _ => index < left.fields().len(),
                };
                let side = if of_left { &join.left } else { &join.right };
                match reads_variants(side) {
                    true => Some(Origin::Variant(column.clone())),
                    false => self.column(side, expr),
                }
            }
            _ => None,
        }
    }

    /// What an aggregate counts or adds up.
    fn figure(&self, plan: &LogicalPlan, figure: &Expr) -> Option<Figure> {
        let function = match figure {
            Expr::Alias(alias) => return self.figure(plan, &alias.expr),
            Expr::AggregateFunction(function) => function,
            _ => return None,
        };
        let params = &function.params;
        let plain = !params.distinct && params.filter.is_none() && params.order_by.is_empty();
        let [argument] = params.args.as_slice() else {
            return None;
        };
        if !plain {
            return None;
        }
        let origin = || {
            let column = match argument {
                Expr::Cast(cast) if *cast.field.data_type() == DataType::Int64 => &cast.expr,
                other => other,
            };
            match self.column(plan, column)? {
                Origin::Genotype(name) => Some(name),
                Origin::Variant(_) => None,
            }
        };
        match (function.func.name(), argument) {
            ("count", Expr::Literal(value, _)) => (!value.is_null()).then_some(Figure::Rows),
            ("count", _) => match origin()?.as_str() {
                "dosage" => Some(Figure::Known),
                // Every genotype is somebody's.
                UNIT => Some(Figure::Rows),
                _ => None,
            },
            ("sum", _) => (origin()? == "dosage").then_some(Figure::Copies),
            _ => None,
        }
    }
}

/// Whether a plan reads variants and nothing else.
fn reads_variants(plan: &LogicalPlan) -> bool {
    matches!(tables(plan).as_slice(), [Some(table)] if table.is_of_variants())
}

impl Dosages {
    /// The column that a comparison is about, and the dosages that meet it.
    fn meeting(comparison: &Expr) -> Option<(&Column, Self)> {
        match comparison {
            Expr::IsNotNull(inner) => match inner.as_ref() {
                Expr::Column(column) => Some((column, Self::where_known(|_| true))),
                _ => None,
            },
            Expr::BinaryExpr(BinaryExpr { left, op, right }) => {
                let (Expr::Column(column), Expr::Literal(ScalarValue::Int64(Some(value)), _)) =
                    (left.as_ref(), right.as_ref())
                else {
                    return None;
                };
                let meets: fn(i64, i64) -> bool = match op {
                    Operator::Eq => |dosage, value| dosage == value,
                    Operator::NotEq => |dosage, value| dosage != value,
                    Operator::Lt => |dosage, value| dosage < value,
                    Operator::LtEq => |dosage, value| dosage <= value,
                    Operator::Gt => |dosage, value| dosage > value,
                    Operator::GtEq => |dosage, value| dosage >= value,
                    _ => return None,
                };
                Some((column, Self::where_known(|dosage| meets(dosage, *value))))
            }
            _ => None,
        }
    }
}
