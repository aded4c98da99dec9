//! The `dp` mechanism: differential privacy for the individual.
//!
//! Two tables are neighbours if one individual with all his rows is in one of
//! them only. Whatever a query releases about neighbours is ρ-close in
//! zero-concentrated divergence (Bun and Steinke 2016) for its [`charge`], and
//! for groups that only the data know, but with probability δ.
//!
//! That holds for tables of [`bounded`] contributions over the sets as they are:
//! a set or total taken over from an earlier release hangs on what others did,
//! and must not be put in its place.

mod accounting;
mod bounding;
mod part;

use std::collections::BTreeMap;

pub use accounting::{charge, epsilon, parameters};
pub use bounding::{UnitRow, bounded};

use crate::{
    Noise, ProtectError,
    cell::{Cell, CellTable, Key, Measure, Statistic},
    gaussian::NoiseError,
    profile::Profile,
    protected::{Protected, ProtectedRow, Value},
};
use bounding::Bounds;
use part::Part;

/// Protects a table of bounded contributions.
///
/// # Postcondition
///
/// The table spends [`charge`] of ρ. Every combination of declared values is
/// shown, of nobody as well; where a dimension is of the data, the groups are
/// shown whose noisy number of individuals is above a threshold that a group of
/// one passes with probability δ at most. Rows without a value in a declared
/// dimension are no declared group, and are left out. Counts are shown as 0 or
/// more and means within their bounds: what noise makes of them beyond that
/// tells nothing.
///
/// # Errors
///
/// When a statistic has no bounds or is a variance, when contributions are not
/// bounded, or when noise cannot be drawn.
pub(crate) fn protect(
    table: &CellTable,
    profile: &Profile,
    _drawn_afresh: &Noise,
) -> Result<Protected, ProtectError> {
    let statistics = table.statistics();
    let parts: Vec<Vec<Part>> = statistics
        .iter()
        .map(|statistic| part::parts(statistic, profile))
        .collect::<Result<_, _>>()?;
    if !is_bounded(table, &parts, profile) {
        return Err(unprotectable("contributions are not bounded"));
    }
    let shown = shown(table, profile)?;
    let mut columns = Vec::new();
    for (index, (statistic, parts)) in statistics.iter().zip(&parts).enumerate() {
        let mut noisy = Vec::new();
        for part in parts {
            let exact = shown
                .iter()
                .map(|(_, cell)| cell.figures.get(index).map_or(0, |figure| part.of(figure)))
                .collect();
            let noise = part.noise(profile);
            noisy.push(noise.perturb(&exact)?);
        }
        columns.push(values(statistic, &noisy, shown.len()));
    }
    let rows = shown
        .iter()
        .enumerate()
        .map(|(row, (key, _))| ProtectedRow {
            key: (*key).clone(),
            values: columns
                .iter()
                .map(|column| column.get(row).copied().flatten())
                .collect(),
        })
        .collect();
    Ok(Protected::new(rows, profile.clone()))
}

/// Whether one individual changes every figure by what the noise is made for,
/// and no more groups than that.
fn is_bounded(table: &CellTable, parts: &[Vec<Part>], profile: &Profile) -> bool {
    let mut groups: BTreeMap<u32, u32> = BTreeMap::new();
    for cell in table.cells().values() {
        for unit in cell.group.set() {
            *groups.entry(unit).or_default() += 1;
        }
    }
    let in_few_groups = groups.values().all(|groups| *groups <= profile.dp.groups);
    let are_bounded = |cell: &Cell| {
        cell.figures.iter().zip(parts).all(|(figure, parts)| {
            figure.set().is_subset(cell.group.set())
                && parts.iter().all(|part| part.is_bounded(figure))
        })
    };
    in_few_groups && table.cells().values().all(are_bounded)
}

/// The groups to show.
fn shown<'a>(
    table: &'a CellTable,
    profile: &Profile,
) -> Result<Vec<(&'a Key, &'a Cell)>, ProtectError> {
    if !accounting::selects(table.dimensions()) {
        let declared = table.cells().iter();
        return Ok(declared
            .filter(|(key, _)| key.iter().all(Option::is_some))
            .collect());
    }
    let noise = Part::of_individuals().noise(profile);
    let threshold = noise
        .threshold(profile.dp.groups, profile.dp.delta)
        .ok_or_else(|| unprotectable("no group could be large enough to show"))?;
    let exact = table
        .cells()
        .values()
        .map(|cell| i128::from(cell.group.individuals()))
        .collect();
    let noisy = noise.perturb(&exact)?;
    Ok(table
        .cells()
        .iter()
        .zip(noisy)
        .filter(|(_, noisy)| *noisy > i128::from(threshold))
        .map(|(group, _)| group)
        .collect())
}

/// What is shown of a statistic's noisy parts, group by group.
fn values(statistic: &Statistic, noisy: &[Vec<i128>], groups: usize) -> Vec<Option<Value>> {
    let bounds = Bounds::of(statistic);
    let value = |row: usize| {
        let mut parts = noisy.iter().filter_map(|part| part.get(row).copied());
        let first = parts.next()?;
        match statistic.measure {
            Measure::Individuals | Measure::Count => {
                Some(Value::Integer(i64::try_from(first.max(0)).ok()?))
            }
            Measure::IntegerSum => {
                let sum = bounds?.sum(first).round();
                #[expect(clippy::cast_possible_truncation, reason = "saturates")]
                let whole = sum as i64;
                sum.is_finite().then_some(Value::Integer(whole))
            }
            Measure::Sum => finite(bounds?.sum(first)),
            Measure::IntegerMean | Measure::Mean => finite(bounds?.mean(first, parts.next()?)),
            Measure::Variance
            | Measure::VariancePopulation
            | Measure::Deviation
            | Measure::DeviationPopulation => None,
        }
    };
    (0..groups).map(value).collect()
}

fn finite(value: f64) -> Option<Value> {
    value.is_finite().then_some(Value::Fraction(value))
}

fn unprotectable(reason: &'static str) -> ProtectError {
    ProtectError::Unprotectable {
        mechanism: "dp",
        reason,
    }
}

impl From<NoiseError> for ProtectError {
    fn from(_: NoiseError) -> Self {
        unprotectable("noise could not be drawn")
    }
}

#[cfg(test)]
#[path = "dp/tests.rs"]
mod tests;
