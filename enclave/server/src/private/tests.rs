//! Genomes under FILTER: each is a cohort and a variant of its own.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use arrow::{
    array::{BooleanArray, Int64Array, UInt32Array},
    record_batch::RecordBatch,
};
use sekisho_disclosure::Noise;
use sekisho_query::{MeasureKind, MeasureShape};

use super::*;

fn profile() -> Profile {
    let text = include_str!("../../../../policies/consortium/profiles/standard.toml");
    Profile::from_toml(text).unwrap()
}

/// Carriers of one variant: of everybody, of the first so many, and of another variant.
fn shape() -> Shape {
    let measure = |condition, filter| MeasureShape {
        kind: MeasureKind::Individuals,
        bounds: None,
        condition,
        value: false,
        filter,
    };
    Shape {
        tables: vec!["genotypes".into()],
        dimensions: vec![],
        measures: vec![measure(false, 0), measure(true, 1), measure(false, 2)],
        many: true,
        sites: Some(Sites::Variant),
    }
}

/// A thousand individuals of whom every second carries, with the first `within`
/// meeting the condition.
fn released(within: u32, carries: fn(u32) -> bool) -> (CellTable, Told) {
    let (shape, noise, profile) = (shape(), Noise::new([1; 32], 1_000), profile());
    let people: Vec<u32> = (0..1_000).collect();
    let met = people.iter().map(|unit| Some(*unit < within));
    let units = RecordBatch::try_from_iter([
        ("unit", Arc::new(UInt32Array::from(people.clone())) as _),
        ("b", Arc::new(BooleanArray::from(vec![true; 1_000])) as _),
        ("f1", Arc::new(met.collect::<BooleanArray>()) as _),
    ])
    .unwrap();
    let units = Units::read(&shape, &[units]).unwrap();
    let strata = units.strata(units.cohort());
    let carriers: Vec<u32> = people.into_iter().filter(|unit| carries(*unit)).collect();
    let ones = || Arc::new(Int64Array::from(vec![1; carriers.len()])) as _;
    let rows = RecordBatch::try_from_iter([
        ("unit", Arc::new(UInt32Array::from(carriers.clone())) as _),
        ("c0", ones()),
        ("c1", ones()),
        ("c2", ones()),
    ])
    .unwrap();
    let cells = cells::collect(&shape, &units, &strata, Some(&[rows]), &noise, &profile);
    let Cells { mut table, keys } = cells.unwrap();
    let by_position = strata.by_position(&keys);
    let cut = exposure::Cut {
        number: 0,
        shape: &shape,
        strata: &by_position,
        profile: &profile,
    };
    withhold_rare_sites(cut, &mut table);
    let protected = protect(&[(table.clone(), profile.clone())], &noise).unwrap();
    let mut told = Told::under(&profile.exposure);
    told.add(cut, &protected[0]);
    (table, told)
}

#[test]
fn a_filter_on_individuals_is_a_cohort_that_must_be_large_enough() {
    let set = |within, carries| {
        let (table, _) = released(within, carries);
        let cell = table.cells().values().next().unwrap();
        cell.figures[1].individuals()
    };
    // 40 carriers of 80, and 60 of 120: the first cohort is too small.
    assert_eq!(set(80, |unit| unit % 2 == 0), 0);
    assert_eq!(set(120, |unit| unit % 2 == 0), 60);
    // All of the 120 carry it, and half of everybody.
    assert_eq!(set(120, |unit| unit < 120 || unit % 2 == 0), 0);
}

#[test]
fn every_filter_is_accounted_for_as_a_variant_of_its_own_cohort() {
    let (_, told) = released(200, |unit| unit % 2 == 0);
    let mut amounts: Vec<u64> = told.amounts();
    amounts.sort_unstable();
    // One in a thousand twice, and one in two hundred.
    assert_eq!(amounts, [1_000_000, 1_000_000, 5_000_000]);
}
