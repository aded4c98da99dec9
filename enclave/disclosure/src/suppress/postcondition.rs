//! The postcondition of `protect_all`, on random tables.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use roaring::RoaringBitmap;

use super::judge::enough;
use super::tests::{alone, counted, integer, noise, standard};
use crate::{CellTable, Contribution, Dimension, Key, ProtectedRow};

/// Individuals and the groups they are in; one may be in several.
fn placed() -> impl Strategy<Value = Vec<(u32, u32, u32)>> {
    proptest::collection::vec((0_u32..400, 0_u32..5, 0_u32..5), 0..600)
}

fn table(dimensions: [Dimension; 2], placed: &[(u32, u32, u32)]) -> CellTable {
    let mut table = counted(dimensions.to_vec(), &[]);
    let mut seen = BTreeSet::new();
    let value = |value: u32, dimension| match dimension {
        Dimension::Declared(size) => Some(value % size),
        Dimension::Data => Some(value),
    };
    for (unit, row, column) in placed {
        let key = vec![value(*row, dimensions[0]), value(*column, dimensions[1])];
        if seen.insert((*unit, key.clone())) {
            table
                .add(noise(), *unit, key, &[Contribution::ROW])
                .unwrap();
        }
    }
    table
}

fn is_enough(set: &RoaringBitmap) -> bool {
    enough(set, 10, noise())
}

fn mass<'a>(table: &CellTable, keys: impl Iterator<Item = &'a Key>) -> RoaringBitmap {
    keys.flat_map(|key| table.cells()[key].figures[0].set())
        .collect()
}

proptest! {
    #[test]
    fn what_is_shown_keeps_the_postcondition(
        rows in 1_u32..5, columns in 1_u32..5, placed in placed(),
    ) {
        let table = table([Dimension::Declared(rows), Dimension::Declared(columns)], &placed);
        let protected = alone(&table, &standard());
        prop_assert_eq!(protected.rows().len() as u32, rows * columns);
        for row in protected.rows() {
            let set = table.cells()[&row.key].figures[0].set();
            if let Some(n) = integer(row.values[0]) {
                prop_assert!(is_enough(set));
                prop_assert!(n % 5 == 0 && n.abs_diff(set.len() as i64) <= 2);
            }
        }
        let gone: Vec<&ProtectedRow> =
            protected.rows().iter().filter(|row| row.values[0].is_none()).collect();
        prop_assert!(
            gone.is_empty()
                || (gone.len() >= 2 && is_enough(&mass(&table, gone.iter().map(|row| &row.key))))
                || gone.len() == protected.rows().len()
        );
        for dimension in 0..2 {
            let mut lines: BTreeMap<Option<u32>, Vec<&ProtectedRow>> = BTreeMap::new();
            for row in protected.rows() {
                lines.entry(row.key[1 - dimension]).or_default().push(row);
            }
            for line in lines.values() {
                let gone = line.iter().filter(|row| row.values[0].is_none()).count();
                prop_assert!(gone == 0 || gone >= 2 || gone == line.len());
            }
        }
    }

    /// Over a dimension of the data, a few who are alone in a group change nothing.
    #[test]
    fn a_group_of_few_more_that_only_the_data_know_changes_nothing(
        placed in crowded(), few in 1_u32..5, row in 0_u32..5,
    ) {
        for dimensions in [[Dimension::Data; 2], [Dimension::Declared(5), Dimension::Data]] {
            let without = table(dimensions, &placed);
            prop_assume!(is_clear(&without));
            let with = table(dimensions, &with_few(&placed, few, (row, 7)));
            let rows = |table| alone(table, &standard()).rows().to_vec();
            prop_assert_eq!(rows(&without), rows(&with));
        }
    }

    /// Nor do a few who are alone in a declared group.
    #[test]
    fn a_few_in_an_empty_declared_group_change_nothing(
        placed in crowded(), few in 1_u32..5, row in 0_u32..3, full in any::<bool>(),
    ) {
        let dimensions = [Dimension::Declared(3), Dimension::Declared(6)];
        let without = table(dimensions, &placed);
        prop_assume!(is_clear(&without));
        let with = table(dimensions, &with_few(&placed, few, (row, 5)));
        let mut profile = standard();
        profile.allow_full_cells = full;
        let rows = |table| alone(table, &profile).rows().to_vec();
        prop_assert_eq!(rows(&without), rows(&with));
    }
}

/// Individuals in few groups.
fn crowded() -> impl Strategy<Value = Vec<(u32, u32, u32)>> {
    proptest::collection::vec((0_u32..400, 0_u32..3, 0_u32..2), 200..600)
}

fn with_few(placed: &[(u32, u32, u32)], few: u32, group: (u32, u32)) -> Vec<(u32, u32, u32)> {
    let further = (1000..1000 + few).map(|unit| (unit, group.0, group.1));
    placed.iter().copied().chain(further).collect()
}

/// Whether no group is near the threshold, where one more counts as anywhere.
fn is_clear(table: &CellTable) -> bool {
    let sizes = table.cells().values().map(|cell| cell.group.individuals());
    sizes.into_iter().all(|size| size == 0 || size >= 20)
}
