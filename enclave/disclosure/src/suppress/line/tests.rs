//! Complements along lines, of declared domains and of data.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::ops::Range;

use crate::{
    CellTable, Contribution, Dimension, Measure, Value,
    suppress::tests::{
        alone, by_key, counted, fraction, integer, noise, shown, sizes, standard, statistic,
    },
};

const DATA: Dimension = Dimension::Data;

/// The groups of a table of one dimension of the data that are shown.
fn data_shown(counts: &[u32]) -> Vec<Option<u32>> {
    let mut next = 0;
    let keys: Vec<[Option<u32>; 1]> = (0..).map(|at| [Some(at)]).take(counts.len()).collect();
    let groups: Vec<(&[Option<u32>], Range<u32>)> = keys
        .iter()
        .zip(counts)
        .map(|(key, count)| {
            next += count;
            (&key[..], next - count..next)
        })
        .collect();
    let protected = alone(&counted(vec![DATA], &groups), &standard());
    assert_eq!(protected.suppressed(), 0);
    protected.rows().iter().map(|row| row.key[0]).collect()
}

/// Which groups of a table of two dimensions are shown, row by row.
fn cross(dimensions: [Dimension; 2], counts: &[&[u32]]) -> Vec<Vec<bool>> {
    let protected = alone(&cross_table(dimensions, counts), &standard());
    let rows = by_key(&protected);
    let is_shown = |row, column| {
        let key = vec![Some(row as u32), Some(column as u32)];
        rows.iter().any(|(of, n)| *of == key && n.is_some())
    };
    (0..counts.len())
        .map(|row| {
            (0..counts[row].len())
                .map(|column| is_shown(row, column))
                .collect()
        })
        .collect()
}

fn cross_table(dimensions: [Dimension; 2], counts: &[&[u32]]) -> CellTable {
    let mut table = counted(dimensions.to_vec(), &[]);
    let mut unit = 0;
    for (row, counts) in (0..).zip(counts) {
        for (column, count) in (0..).zip(*counts) {
            for _ in 0..*count {
                let key = vec![Some(row), Some(column)];
                table.add(noise(), unit, key, &[Contribution::ROW]).unwrap();
                unit += 1;
            }
        }
    }
    table
}

#[test]
fn the_smallest_shown_group_of_the_data_goes_for_one_that_may_not_be_there() {
    assert_eq!(data_shown(&[100, 50]), [Some(0)]);
    assert_eq!(data_shown(&[100]), []);
    // The same with somebody in a group of few, or in two of them.
    for few in 1..10 {
        assert_eq!(data_shown(&[100, 50, few]), [Some(0)]);
    }
    assert_eq!(data_shown(&[100, 50, 4, 5]), [Some(0)]);
}

#[test]
fn groups_of_few_that_are_enough_together_hide_each_other() {
    assert_eq!(data_shown(&[100, 50, 7, 7, 7]), [Some(0), Some(1)]);
}

#[test]
fn a_dimension_of_the_data_has_its_unseen_group_in_every_line() {
    let shown = cross(
        [Dimension::Declared(2), DATA],
        &[&[40, 50, 60], &[60, 50, 40]],
    );
    // In each row the smallest goes for one that may not be there, and in its column the other.
    assert_eq!(shown, [[false, true, false], [false, true, false]]);
}

#[test]
fn a_declared_value_that_nobody_has_beside_a_value_of_the_data_is_a_small_group() {
    let with = |few: u32| {
        cross(
            [DATA, Dimension::Declared(3)],
            &[
                &[40, 50, few],
                &[70, 80, 90],
                &[60, 60, 60],
                &[7, 7, 7],
                &[7, 7, 7],
                &[7, 7, 7],
            ],
        )
    };
    let without = with(0);
    assert!(!without[0][0], "the next smallest of the row goes with it");
    assert!(without[0][1]);
    for few in 1..10 {
        assert_eq!(with(few), without);
    }
}

#[test]
fn beside_rows_without_a_value_no_group_is_declared() {
    let mut table = cross_table([Dimension::Declared(2); 2], &[&[50, 60], &[70, 80]]);
    for unit in 500..540 {
        table
            .add(noise(), unit, vec![None, Some(0)], &[Contribution::ROW])
            .unwrap();
    }
    assert_eq!(
        shown(&table),
        [Some(40), Some(50), Some(60), Some(70), Some(80)]
    );
}

#[test]
fn a_small_group_takes_another_of_its_row_and_of_its_column_with_it() {
    let declared = [Dimension::Declared(3); 2];
    let shown = cross(declared, &[&[5, 50, 60], &[40, 90, 90], &[70, 90, 80]]);
    assert_eq!(
        shown,
        [
            [false, false, true],
            [false, false, true],
            [true, true, true]
        ]
    );
}

/// A sum by three groups, of which the first is dominated.
fn dominated(second: u32, third: u32) -> Vec<Option<Value>> {
    let mut table = CellTable::new(vec![Dimension::Declared(3)], vec![statistic(Measure::Sum)]);
    let groups = [(0, 0..40), (1, 100..100 + second), (2, 200..200 + third)];
    for (value, units) in groups {
        for unit in units {
            let amount = if unit == 0 { 1000.0 } else { 1.0 };
            table
                .add(noise(), unit, vec![Some(value)], &[fraction(amount)])
                .unwrap();
        }
    }
    let protected = alone(&table, &standard());
    protected.rows().iter().map(|row| row.values[0]).collect()
}

#[test]
fn a_dominated_sum_is_not_left_alone_with_an_empty_group() {
    for few in 0..10 {
        assert_eq!(dominated(few, 60), [None, None, None]);
    }
    assert_eq!(dominated(50, 60), [None, None, Some(Value::Fraction(60.0))]);
}

#[test]
fn a_full_cell_is_shown_only_where_the_profile_allows_it() {
    let mut strict = standard();
    strict.allow_full_cells = false;
    // All of the first row are in its first column, or nearly all.
    let rows = |few: u32| {
        let counts: [&[u32]; 3] = [&[200, few, 0], &[60, 50, 70], &[50, 90, 60]];
        let table = cross_table([Dimension::Declared(3); 2], &counts);
        let first = |profile| integer(alone(&table, profile).rows()[0].values[0]);
        (first(&standard()), first(&strict))
    };
    for few in 0..10 {
        assert_eq!(rows(few), (Some(200), None));
    }
    assert_eq!(rows(40).1, Some(200));
}

#[test]
fn a_cell_beside_few_and_a_value_that_nobody_has_is_a_full_one() {
    let mut strict = standard();
    strict.allow_full_cells = false;
    let counts: [&[u32]; 4] = [&[200, 5], &[60, 50, 70], &[50, 90, 60], &[80, 80, 80]];
    let table = cross_table([DATA, Dimension::Declared(3)], &counts);
    let first = |profile| {
        let rows = by_key(&alone(&table, profile));
        rows.into_iter()
            .find(|(key, _)| *key == [Some(0), Some(0)])
            .and_then(|(_, n)| n)
    };
    assert_eq!((first(&standard()), first(&strict)), (Some(200), None));
}

#[test]
fn a_total_and_the_only_value_of_a_domain_are_no_full_cells() {
    let mut strict = standard();
    strict.allow_full_cells = false;
    let of = |table: &CellTable| integer(alone(table, &strict).rows()[0].values[0]);
    assert_eq!(of(&sizes(&[40])), Some(40));
    assert_eq!(of(&counted(vec![], &[(&[], 0..40)])), Some(40));
}
