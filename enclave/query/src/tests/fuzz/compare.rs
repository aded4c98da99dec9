//! What two worlds answered to one statement.

use std::collections::BTreeMap;

use arrow::{
    record_batch::RecordBatch,
    util::display::{ArrayFormatter, FormatOptions},
};

use super::clauses::Bound;

/// Counts and sums of integers are rounded to fives, on both sides, and an
/// affine sum is made of two figures.
const ROUNDING: f64 = 20.0;
/// Other sums keep three digits.
const DIGITS: f64 = 0.012;
/// A mean is the quotient of rounded parts, of ten people and more: as much of
/// itself, and a share of one, may go.
const OF_MEAN: f64 = 0.75;

/// Says what is amiss when the two have another shape, or when a figure that
/// both show differs by more than `people` move it.
pub(crate) fn bounded(
    people: f64,
    figures: Option<&(usize, Vec<Bound>)>,
    one: &RecordBatch,
    other: &RecordBatch,
) -> Result<(), String> {
    let shape = |batch: &RecordBatch| -> Vec<_> {
        let schema = batch.schema();
        let fields = schema.fields().iter();
        fields
            .map(|field| (field.name().clone(), field.data_type().clone()))
            .collect()
    };
    if shape(one) != shape(other) {
        return Err(format!("{:?}, and {:?}", shape(one), shape(other)));
    }
    let Some((keys, bounds)) = figures else {
        return Ok(());
    };
    let others = rows(other, *keys);
    for (key, figures) in rows(one, *keys) {
        let Some(others) = others.get(&key) else {
            continue;
        };
        for ((bound, one), other) in bounds.iter().zip(figures).zip(others) {
            if let (Some(one), Some(other)) = (one, *other)
                && !within(*bound, people, one, other)
            {
                return Err(format!("{key:?}: {one}, and {other}, by {bound:?}"));
            }
        }
    }
    Ok(())
}

fn within(bound: Bound, people: f64, one: f64, other: f64) -> bool {
    let (apart, larger) = ((one - other).abs(), one.abs().max(other.abs()));
    let far = match bound {
        Bound::Sum(most) => people * most + ROUNDING + DIGITS * larger,
        Bound::Mean => OF_MEAN * larger + 1.0,
        Bound::Spread => return one.is_finite() && other.is_finite() && one.min(other) >= 0.0,
    };
    // What is not a number is not within.
    apart <= far
}

/// The figures of each key; none where they are suppressed.
fn rows(batch: &RecordBatch, keys: usize) -> BTreeMap<Vec<String>, Vec<Option<f64>>> {
    let options = FormatOptions::new().with_null("-");
    let columns: Vec<_> = batch
        .columns()
        .iter()
        .map(|column| ArrayFormatter::try_new(column, &options).unwrap())
        .collect();
    let rows = (0..batch.num_rows()).map(|row| {
        let mut cells: Vec<String> = columns
            .iter()
            .map(|column| column.value(row).to_string())
            .collect();
        let figures = cells.split_off(keys);
        let figures = figures.iter().map(|figure| match figure.as_str() {
            "-" => None,
            number => Some(number.parse().unwrap_or(f64::NAN)),
        });
        (cells, figures.collect())
    });
    rows.collect()
}
