//! A cut: the private plans below an aggregate, and the scan of its cells that
//! takes the aggregate's place.

mod shape;

use std::{collections::BTreeMap, sync::Arc};

use datafusion::{
    arrow::datatypes::DataType,
    common::{
        Column, DFSchema, Result,
        metadata::FieldMetadata,
        plan_err,
        tree_node::{Transformed, TreeNode},
    },
    functions_aggregate::expr_fn,
    logical_expr::{
        Aggregate, Expr, ExprFunctionExt, ExprSchemable, LogicalPlan, Projection, TableScanBuilder,
        cast, lit,
    },
};
use sekisho_tables::{ColumnType, UNIT};
use serde::{Deserialize, Serialize};

use crate::{
    expression::{Clear, Conjunct},
    label::{Relation, plans},
    measure::{Asked, Measure},
    session,
};
pub use shape::{Dimension, Level, MeasureKind, MeasureShape, Shape, Sites};

/// How the names of cells begin.
pub(crate) const CELLS_PREFIX: &str = "__cells_";

/// The metadata key that says what a column of a result is.
pub(crate) const KIND: &str = "sekisho.kind";

/// What would be released, and what it would take: the outcome of planning.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Planned {
    /// The query as the parser writes it: the same for queries that differ in
    /// white space, comments and case of keywords only.
    pub canonical: String,
    /// One shape per cut.
    pub shapes: Vec<Shape>,
    /// The columns of the result.
    pub columns: Vec<OutputColumn>,
    /// Which columns of its only cut's cells they are; none if anything is computed with
    /// cells, or their rows are chosen or put in order.
    pub as_is: Option<Vec<usize>>,
}

/// A column of the result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputColumn {
    /// Its name.
    pub name: String,
    /// `key`, `figure` or `derived`.
    pub kind: String,
}

/// A group key, with the expression that it is.
pub(crate) struct Key {
    pub(crate) expr: Expr,
    pub(crate) dimension: Dimension,
}

/// The private plans and the shape of a cut's cells.
pub(crate) struct Cut {
    index: usize,
    /// One row per individual: `unit`; whether it is in the cohort, `b`; the keys
    /// that describe individuals, `k0`…; per measure, if its shape says so, whether
    /// the individual meets its condition, `f0`…, and what it sums, `v0`….
    pub(crate) units: LogicalPlan,
    /// One row per individual and group of rows: `unit`; the other keys; per
    /// measure how many rows or values count, `c0`…, their sum, `s0`…, and the
    /// sum of their squares, `q0`…. None if no rows are read.
    pub(crate) rows: Option<LogicalPlan>,
    pub(crate) shape: Shape,
    /// The aggregate's figures, over the columns `m0`….
    figures: Vec<Computed>,
}

/// A figure, and whether it is computed from measures rather than one of them.
type Computed = (Expr, bool);

impl Cut {
    pub(crate) fn new(
        index: usize,
        relation: Relation,
        keys: Vec<Key>,
        asked: Vec<Asked>,
    ) -> Result<Self> {
        let keys = keys
            .into_iter()
            .map(|key| {
                let data_type = session::data_type(key.dimension.r#type);
                let expr = key.expr.cast_to(&data_type, relation.schema())?;
                Ok(Key { expr, ..key })
            })
            .collect::<Result<Vec<_>>>()?;
        let (measures, figures) = distinct(asked)?;
        let sites = relation.genomic.then(|| {
            let keys = keys.iter().map(|key| &key.expr);
            let named = keys.chain(measures.iter().flat_map(read));
            match relation.sites || named.into_iter().any(|expr| relation.names_sites(expr)) {
                true => Sites::Variant,
                false => Sites::Gene,
            }
        });
        let shapes = measures.iter().map(|measure| MeasureShape {
            kind: measure.kind,
            bounds: summed(measure).and_then(|argument| argument.bounds),
            condition: condition(measure, &relation).is_some(),
            value: value(measure).is_some(),
            filter: (0..)
                .zip(&measures)
                .find(|(_, other)| {
                    let nested = nested(measure, &relation) == nested(other, &relation);
                    nested && other.filter == measure.filter
                })
                .map_or(u32::MAX, |(number, _)| number),
        });
        let shape = Shape {
            tables: relation.tables.clone(),
            dimensions: keys.iter().map(|key| key.dimension.clone()).collect(),
            measures: shapes.collect(),
            many: relation.many(),
            sites,
        };
        Ok(Self {
            index,
            units: units(&relation, &keys, &measures)?,
            rows: rows(relation, &keys, &measures)?,
            shape,
            figures,
        })
    }

    /// A scan of the protected cells whose columns are named as the aggregate's
    /// were, so that the plan above does not notice.
    pub(crate) fn cells_named_as(&self, schema: &DFSchema) -> Result<LogicalPlan> {
        let source = session::source(self.shape.cells_schema());
        let scan = TableScanBuilder::new(cells_table(self.index), source).build()?;
        let keys = (0..self.shape.dimensions.len()).map(|index| (cell("k", index), false));
        let columns: Vec<_> = keys.chain(self.figures.iter().cloned()).collect();
        if columns.len() != schema.fields().len() {
            return plan_err!("the cells do not have the aggregate's columns");
        }
        let exprs = columns
            .into_iter()
            .zip(schema.iter())
            .map(|((expr, computed), (qualifier, field))| {
                // A figure has the type that the engine gives the aggregate once
                // its branches are of one type; the plan's field may not yet.
                let derived = BTreeMap::from([(KIND.to_owned(), "derived".to_owned())]);
                Ok(expr.alias_qualified_with_metadata(
                    qualifier.cloned(),
                    field.name(),
                    computed.then(|| FieldMetadata::from(derived)),
                ))
            })
            .collect::<Result<_>>()?;
        Ok(LogicalPlan::Projection(Projection::try_new(
            exprs,
            Arc::new(LogicalPlan::TableScan(scan)),
        )?))
    }
}

/// The name under which a cut's cells are scanned.
pub(crate) fn cells_table(index: usize) -> String {
    format!("{CELLS_PREFIX}{index}")
}

/// A column of the cells, or of the private phase.
fn cell(kind: &str, index: usize) -> Expr {
    Expr::Column(Column::from_name(format!("{kind}{index}")))
}

/// Every measure once, and the figures over them: sums of the same rows must
/// be one figure, whatever is computed with it.
fn distinct(asked: Vec<Asked>) -> Result<(Vec<Measure>, Vec<Computed>)> {
    let mut measures: Vec<Measure> = Vec::new();
    let mut figures = Vec::new();
    for asked in asked {
        let places: Vec<usize> = asked
            .measures
            .into_iter()
            .map(|measure| {
                let known = measures.iter().position(|known| *known == measure);
                known.unwrap_or_else(|| {
                    measures.push(measure);
                    measures.len() - 1
                })
            })
            .collect();
        let figure = asked.figure.transform_up(|expr| match &expr {
            Expr::Column(column) => {
                let own = column.name.strip_prefix('m').and_then(|m| m.parse().ok());
                match own.and_then(|own: usize| places.get(own)) {
                    Some(place) => Ok(Transformed::yes(cell("m", *place))),
                    None => plan_err!("a figure of something else than its measures"),
                }
            }
            _ => Ok(Transformed::no(expr)),
        })?;
        figures.push((figure.data, asked.derived));
    }
    Ok((measures, figures))
}

/// What an individual must meet to count for a measure, if anything.
fn condition(measure: &Measure, relation: &Relation) -> Option<Expr> {
    let argument = measure.argument.as_ref().filter(|argument| {
        let origin = relation.origin(&argument.column);
        // Everybody who is there has a name.
        argument.level == Level::Unit && !origin.is_some_and(|origin| origin.is_unit())
    });
    let present = argument.map(|argument| argument.expr.clone().is_not_null());
    present
        .into_iter()
        .chain(of_level(&measure.filter, Level::Unit).map(Expr::is_true))
        .reduce(Expr::and)
}

/// The figure of an individual's rows that a measure is of. Of rows that tell of genomes two
/// such figures are two, as two FILTERs are.
fn nested<'m>(measure: &'m Measure, relation: &Relation) -> Option<&'m Column> {
    let argument = measure.argument.as_ref().filter(|_| relation.genomic)?;
    let origin = relation.origin(&argument.column)?;
    // What grouped rows make is a table that declares nothing.
    let of_rows = origin.derived && origin.table.columns.is_empty();
    of_rows.then_some(&argument.column)
}

/// What a measure sums, where it is made of a sum.
fn summed(measure: &Measure) -> Option<&Clear> {
    measure.argument.as_ref().filter(|_| measure.kind.sums())
}

/// Every expression over private columns that a measure reads.
fn read(measure: &Measure) -> impl Iterator<Item = &Expr> {
    let argument = measure.argument.iter().map(|argument| &argument.expr);
    argument.chain(measure.filter.iter().map(|conjunct| &conjunct.expr))
}

/// What a measure sums, where an individual has one value.
fn value(measure: &Measure) -> Option<Expr> {
    let argument = summed(measure)?;
    let data_type = match argument.r#type {
        ColumnType::Int => DataType::Int64,
        _ => DataType::Float64,
    };
    (argument.level == Level::Unit).then(|| cast(argument.expr.clone(), data_type))
}

fn of_level(filter: &[Conjunct], level: Level) -> impl Iterator<Item = Expr> {
    filter
        .iter()
        .filter(move |conjunct| conjunct.level == level)
        .map(|conjunct| conjunct.expr.clone())
}

fn units(relation: &Relation, keys: &[Key], measures: &[Measure]) -> Result<LogicalPlan> {
    let units = relation.units.clone().map_or_else(plans::everybody, Ok)?;
    let mut exprs = vec![
        plans::hidden(UNIT).alias("unit"),
        plans::hidden(plans::INSIDE).is_true().alias("b"),
    ];
    // Of those outside, too: an earlier cohort that stands in for this one may have them.
    exprs.extend(of_keys(keys, Level::Unit).map(|(name, key)| key.alias(name)));
    for (index, measure) in measures.iter().enumerate() {
        let condition = condition(measure, relation);
        exprs.extend(condition.map(|condition| condition.alias(format!("f{index}"))));
        exprs.extend(value(measure).map(|value| value.alias(format!("v{index}"))));
    }
    plans::select(units, exprs)
}

fn rows(relation: Relation, keys: &[Key], measures: &[Measure]) -> Result<Option<LogicalPlan>> {
    let Some(rows) = relation.rows else {
        return Ok(None);
    };
    let mut group = vec![plans::hidden(UNIT).alias("unit")];
    group.extend(of_keys(keys, Level::Row).map(|(name, key)| key.alias(name)));
    let mut exprs = Vec::new();
    for (index, measure) in measures.iter().enumerate() {
        let filter = of_level(&measure.filter, Level::Row).reduce(Expr::and);
        let filtered = |aggregate: Expr| match filter.clone() {
            Some(filter) => aggregate.filter(filter).build(),
            None => Ok(aggregate),
        };
        let of_rows = |argument: &&Clear| argument.level == Level::Row;
        let counted = measure.argument.as_ref().filter(of_rows);
        let counted = counted.map_or_else(|| lit(1_i64), |argument| argument.expr.clone());
        exprs.push(filtered(expr_fn::count(counted))?.alias(format!("c{index}")));
        if let Some(argument) = summed(measure).filter(of_rows) {
            let sum = filtered(expr_fn::sum(argument.expr.clone()))?;
            exprs.push(sum.alias(format!("s{index}")));
            if measure.kind.squares() {
                let value = cast(argument.expr.clone(), DataType::Float64);
                let square = filtered(expr_fn::sum(value.clone() * value))?;
                exprs.push(square.alias(format!("q{index}")));
            }
        }
    }
    let plan = Aggregate::try_new(Arc::new(rows), group, exprs)?;
    Ok(Some(LogicalPlan::Aggregate(plan)))
}

fn of_keys(keys: &[Key], level: Level) -> impl Iterator<Item = (String, Expr)> {
    keys.iter()
        .enumerate()
        .filter(move |(_, key)| key.dimension.level == level)
        .map(|(index, key)| (format!("k{index}"), key.expr.clone()))
}
