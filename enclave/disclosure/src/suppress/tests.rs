//! What is suppressed, and what is shown how.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;

use super::*;
use crate::cell::{Amount, Contribution};

fn standard() -> Profile {
    Profile {
        name: "standard".into(),
        source: "test".into(),
        threshold: 10,
        rounding_base: 5,
        sum_significant_digits: 3,
        dominance_top2_percent: 90,
        dominance_rest_percent: 10,
    }
}

fn one() -> Contribution {
    Contribution {
        count: 1,
        amount: Amount::Integer(1),
    }
}

/// A table of one dimension whose cells have so many individuals.
fn sizes(counts: &[u32]) -> CellTable {
    let mut table = CellTable::new(vec![counts.len() as u32], vec![Measure::Individuals]);
    let mut unit = 0;
    for (value, &count) in counts.iter().enumerate() {
        for _ in 0..count {
            table.add(unit, vec![Some(value as u32)], &[one()]).unwrap();
            unit += 1;
        }
    }
    table
}

fn shown(table: &CellTable) -> Vec<Option<i64>> {
    protect(table, &standard())
        .rows()
        .iter()
        .map(|row| match row.values[0] {
            Some(Value::Integer(n)) => Some(n),
            Some(Value::Fraction(_)) => unreachable!(),
            None => None,
        })
        .collect()
}

#[test]
fn a_group_below_the_threshold_is_suppressed_and_the_next_smallest_with_it() {
    assert_eq!(
        shown(&sizes(&[661, 9, 40, 12])),
        [Some(660), None, Some(40), None]
    );
}

#[test]
fn two_small_groups_that_reach_the_threshold_together_need_no_third() {
    assert_eq!(
        shown(&sizes(&[100, 6, 6, 50])),
        [Some(100), None, None, Some(50)]
    );
}

#[test]
fn an_empty_declared_group_looks_like_a_small_one() {
    for few in 0..10 {
        assert_eq!(shown(&sizes(&[100, few, 50])), [Some(100), None, None]);
    }
    assert_eq!(shown(&sizes(&[9])), shown(&sizes(&[0])));
}

#[test]
fn the_pattern_does_not_tell_nobody_from_somebody() {
    // Two dimensions of which one follows from the other: off the diagonal nobody is.
    let diagonal = |first: u32| {
        let mut table = CellTable::new(vec![3, 3], vec![Measure::Individuals]);
        let mut unit = 0;
        for (value, count) in [(0, first), (1, 40), (2, 60)] {
            for _ in 0..count {
                table
                    .add(unit, vec![Some(value), Some(value)], &[one()])
                    .unwrap();
                unit += 1;
            }
        }
        shown(&table)
    };
    assert_eq!(diagonal(0), diagonal(1));
    assert_eq!(
        diagonal(1)[4],
        None,
        "the next smallest is hidden with the small one"
    );
    assert_eq!(diagonal(1)[8], Some(60));
}

#[test]
fn a_sum_to_which_nobody_adds_looks_like_one_to_which_one_does() {
    let with = |amounts: &[i128]| {
        let mut table = CellTable::new(vec![], vec![Measure::IntegerSum]);
        for unit in 0..20 {
            let amount = amounts.get(unit as usize).copied().unwrap_or(0);
            let contribution = Contribution {
                count: 1,
                amount: Amount::Integer(amount),
            };
            table.add(unit, vec![], &[contribution]).unwrap();
        }
        protect(&table, &standard())
    };
    assert_eq!(with(&[]), with(&[1]));
    assert_eq!(with(&[1, 1]), with(&[]));
}

#[test]
fn a_total_is_suppressed_below_the_threshold() {
    let mut table = CellTable::new(vec![], vec![Measure::Individuals]);
    for unit in 0..9 {
        table.add(unit, vec![], &[one()]).unwrap();
    }
    assert_eq!(shown(&table), [None]);
    table.add(9, vec![], &[one()]).unwrap();
    assert_eq!(shown(&table), [Some(10)]);
}

#[test]
fn rows_without_a_value_appear_only_when_they_may_be_shown() {
    let mut table = sizes(&[50, 60]);
    for unit in 1000..1012 {
        table.add(unit, vec![None], &[one()]).unwrap();
    }
    assert_eq!(shown(&table), [Some(10), Some(50), Some(60)]);
    // Enough of them are the next smallest where one is needed.
    let mut enough = sizes(&[50, 60, 4]);
    for unit in 1000..1012 {
        enough.add(unit, vec![None], &[one()]).unwrap();
    }
    assert_eq!(shown(&enough), [Some(50), Some(60), None]);
    let mut few = sizes(&[50, 60]);
    few.add(1000, vec![None], &[one()]).unwrap();
    // The one without a value is hidden, and changes nothing for the others.
    assert_eq!(shown(&few), [Some(50), Some(60)]);
}

#[test]
fn a_sum_that_one_individual_dominates_is_suppressed() {
    let mut table = CellTable::new(vec![], vec![Measure::Sum]);
    for unit in 0..20 {
        let value = if unit == 0 { 1000.0 } else { 1.0 };
        table
            .add(
                unit,
                vec![],
                &[Contribution {
                    count: 1,
                    amount: Amount::Fraction(value),
                }],
            )
            .unwrap();
    }
    assert_eq!(protect(&table, &standard()).suppressed(), 1);
}

#[test]
fn a_mean_is_the_quotient_of_its_rounded_parts() {
    let mut table = CellTable::new(vec![], vec![Measure::IntegerMean]);
    for unit in 0..12 {
        table
            .add(
                unit,
                vec![],
                &[Contribution {
                    count: 1,
                    amount: Amount::Integer(61),
                }],
            )
            .unwrap();
    }
    // 732 → 730, 12 → 10.
    assert_eq!(
        protect(&table, &standard()).rows()[0].values[0],
        Some(Value::Fraction(73.0))
    );
}

#[test]
fn a_sum_that_is_no_number_is_suppressed() {
    let mut table = CellTable::new(vec![], vec![Measure::Sum]);
    for unit in 0..20 {
        table
            .add(
                unit,
                vec![],
                &[Contribution {
                    count: 1,
                    amount: Amount::Fraction(f64::MAX),
                }],
            )
            .unwrap();
    }
    assert_eq!(protect(&table, &standard()).suppressed(), 1);
}

#[test]
fn a_contribution_of_another_shape_is_an_error() {
    let mut table = sizes(&[10, 10]);
    assert!(table.add(0, vec![Some(2)], &[one()]).is_err());
    assert!(table.add(0, vec![], &[one()]).is_err());
    assert!(table.add(0, vec![Some(0)], &[]).is_err());
}

proptest! {
    /// The postcondition of `protect`, on random tables of two dimensions.
    #[test]
    fn what_is_shown_keeps_the_postcondition(
        rows in 1u32..5, columns in 1u32..5,
        placed in proptest::collection::vec((0u32..400, 0u32..5, 0u32..5), 0..600),
    ) {
        let mut table = CellTable::new(vec![rows, columns], vec![Measure::Individuals]);
        let mut seen = std::collections::BTreeSet::new();
        for (unit, row, column) in placed {
            let key = vec![Some(row % rows), Some(column % columns)];
            if seen.insert((unit, key.clone())) {
                table.add(unit, key, &[one()]).unwrap();
            }
        }
        let protected = protect(&table, &standard());
        let figure = |key: &Key| &table.cells()[key].figures[0];
        for row in protected.rows() {
            if let Some(Value::Integer(n)) = row.values[0] {
                let truth = figure(&row.key).individuals();
                prop_assert!(truth >= 10);
                prop_assert!(n % 5 == 0 && n.abs_diff(truth as i64) <= 2);
            }
        }
        let gone: Vec<_> = protected.rows().iter().filter(|row| row.values[0].is_none()).collect();
        let mass: RoaringBitmap =
            gone.iter().flat_map(|row| figure(&row.key).contributors().iter()).collect();
        prop_assert!(
            gone.is_empty()
                || (mass.len() >= 10 && gone.len() >= 2)
                || gone.len() == protected.rows().len()
        );
        for dimension in 0..2 {
            let mut lines: BTreeMap<Option<u32>, Vec<&ProtectedRow>> = BTreeMap::new();
            for row in protected.rows() {
                lines.entry(row.key[1 - dimension]).or_default().push(row);
            }
            for line in lines.values() {
                let gone: Vec<_> = line.iter().filter(|row| row.values[0].is_none()).collect();
                prop_assert!(
                    gone.is_empty() || gone.len() >= 2 || gone.len() == line.len()
                );
            }
        }
    }
}
