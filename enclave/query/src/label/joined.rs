//! Two relations side by side: rows with rows, individuals with individuals.

use datafusion::{
    common::{DFSchemaRef, JoinType, Result, plan_err},
    logical_expr::{Expr, LogicalPlan},
};
use sekisho_tables::{UNIT, VARIANT};

use super::{Origin, Relation, plans};

/// The joins that are answered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// Rows that have a partner.
    Partners,
    /// The left side's rows.
    Left,
    /// The right side's rows.
    Right,
}

/// What is equal in a join, besides the individual.
#[derive(Default)]
pub(super) struct Equal {
    /// Of rows: a column of the left side and one of the right.
    pub(super) rows: Vec<(Expr, Expr)>,
    /// Of individuals.
    pub(super) units: Vec<(Expr, Expr)>,
    /// Whether rows are of the same variant.
    pub(super) variant: bool,
}

impl Relation {
    /// Joins two relations on the individual; the right one may be an annotation,
    /// which is joined on the variant.
    pub(super) fn joined(
        schema: &DFSchemaRef,
        left: Self,
        right: Self,
        equal: Equal,
        kept: Kept,
    ) -> Result<Self> {
        let nullable = |origins: &[Origin], nullable: bool| -> Vec<Origin> {
            let origins = origins.iter().cloned();
            origins
                .map(|origin| Origin {
                    nullable: origin.nullable || nullable,
                    ..origin
                })
                .collect()
        };
        let mut origins = nullable(&left.origins, kept == Kept::Right);
        origins.extend(nullable(&right.origins, kept == Kept::Left));
        let (first, second, equal) = match kept {
            Kept::Right => (right, left, equal.swapped()),
            Kept::Partners | Kept::Left => (left, right, equal),
        };
        let outer = kept != Kept::Partners;
        let mut tables = [first.tables.clone(), second.tables.clone()].concat();
        tables.sort_unstable();
        tables.dedup();
        let mut relation = Self {
            schema: schema.clone(),
            origins,
            unit: first.unit || second.unit,
            variant: first.variant || second.variant,
            tables,
            open: &first.open | &second.open,
            fans: first.fans + second.fans,
            genomic: first.genomic || second.genomic,
            sites: first.sites || second.sites,
            units: None,
            rows: None,
        };
        relation.rows = rows(&first, &second, &equal, outer)?;
        relation.units = units(first, second, equal, outer)?;
        Ok(relation)
    }
}

impl Equal {
    fn swapped(self) -> Self {
        let swap = |pairs: Vec<(Expr, Expr)>| pairs.into_iter().map(|(a, b)| (b, a)).collect();
        Self {
            rows: swap(self.rows),
            units: swap(self.units),
            variant: self.variant,
        }
    }
}

/// The individuals of both sides.
fn units(
    first: Relation,
    second: Relation,
    equal: Equal,
    outer: bool,
) -> Result<Option<LogicalPlan>> {
    let conditions = equal.units.into_iter().map(|(a, b)| a.eq(b)).collect();
    match (first.units, second.units) {
        (first, None) => Ok(first),
        (Some(first), Some(second)) if !outer => plans::both(first, second, conditions).map(Some),
        (None, second) if !outer => Ok(second),
        // What an outer join leaves out is a matter of rows if the side has rows.
        (_, Some(_)) if second.rows.is_some() => plan_err!("rows of some individuals only"),
        (first, Some(second)) => {
            let first = first.map_or_else(plans::everybody, Ok)?;
            plans::beside(first, second, conditions).map(Some)
        }
    }
}

/// The rows of both sides.
fn rows(
    first: &Relation,
    second: &Relation,
    equal: &Equal,
    outer: bool,
) -> Result<Option<LogicalPlan>> {
    let (first_rows, second_rows) = match (first.rows.clone(), second.rows.clone()) {
        (rows, None) => return Ok(rows),
        (None, rows) if !outer => return Ok(rows),
        (None, Some(second)) => {
            // Who has no row has one of nothing.
            let everybody = plans::select(plans::everybody()?, [plans::hidden(UNIT)])?;
            (everybody, second)
        }
        (Some(first), Some(second)) => (first, second),
    };
    let kept = plans::visible(&first_rows);
    let (second_rows, shown) = plans::set_aside(second_rows)?;
    let mut on = equal.rows.clone();
    // An annotation has no individual.
    if first.unit && second.unit {
        on.push((plans::hidden(UNIT), plans::hidden(plans::OTHER_UNIT)));
    }
    if equal.variant {
        on.push((plans::hidden(VARIANT), plans::hidden(plans::OTHER_VARIANT)));
    }
    let kind = if outer {
        JoinType::Left
    } else {
        JoinType::Inner
    };
    let joined = plans::join(first_rows, second_rows, on, kind)?;
    let unit = match (first.unit, second.unit) {
        (true, _) => Some(plans::hidden(UNIT)),
        (false, true) => Some(plans::hidden(plans::OTHER_UNIT).alias(UNIT)),
        (false, false) => None,
    };
    let variant = match (first.variant, second.variant) {
        (true, _) => Some(plans::hidden(VARIANT)),
        (false, true) => Some(plans::hidden(plans::OTHER_VARIANT).alias(VARIANT)),
        (false, false) => None,
    };
    let hidden = [unit, variant].into_iter().flatten();
    plans::select(joined, hidden.chain(kept).chain(shown)).map(Some)
}
