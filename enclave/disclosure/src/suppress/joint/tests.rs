//! Tables of one query, protected together.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

#[path = "tests/margins.rs"]
mod margins;
#[path = "tests/rows.rs"]
mod rows;

use std::ops::Range;

use super::{enough, relate::are_too_many};
use crate::{
    CellTable, Contribution, Dimension, Measure, Profile, Protected, Statistic, protect,
    suppress::tests::{counted, fraction, integer, noise, standard, statistic},
};

fn together(tables: &[&CellTable]) -> Vec<Protected> {
    let tables: Vec<(CellTable, Profile)> = tables
        .iter()
        .map(|table| ((*table).clone(), standard()))
        .collect();
    protect(&tables, noise()).unwrap()
}

fn shown(protected: &Protected) -> Vec<Option<i64>> {
    let rows = protected.rows().iter();
    rows.map(|row| integer(row.values[0])).collect()
}

/// A count over one declared dimension, its groups given by their individuals.
fn groups(groups: &[Range<u32>]) -> CellTable {
    let keys: Vec<[Option<u32>; 1]> = (0..).map(|at| [Some(at)]).take(groups.len()).collect();
    let groups: Vec<(&[Option<u32>], Range<u32>)> = keys
        .iter()
        .map(|key| &key[..])
        .zip(groups.iter().cloned())
        .collect();
    counted(vec![Dimension::Declared(groups.len() as u32)], &groups)
}

#[test]
fn a_suppressed_group_is_not_added_up_from_a_finer_table() {
    // The second is suppressed with the first; its three parts would tell it.
    let coarse = groups(&[0..5, 100..220, 300..500]);
    let fine = groups(&[100..130, 130..170, 170..220, 300..500]);
    let [coarse, fine] = &together(&[&coarse, &fine])[..] else {
        unreachable!()
    };
    assert_eq!(shown(coarse), [None, None, Some(200)]);
    assert_eq!(shown(fine), [None, None, Some(50), Some(200)]);
}

#[test]
fn order_of_the_tables_does_not_matter() {
    let coarse = groups(&[0..5, 100..220, 300..500]);
    let fine = groups(&[100..130, 130..170, 170..220, 300..500]);
    let there = together(&[&coarse, &fine]);
    let back = together(&[&fine, &coarse]);
    assert_eq!((&there[0], &there[1]), (&back[1], &back[0]));
}

#[test]
fn a_part_of_few_individuals_that_is_missing_does_not_tell_that_it_is() {
    let coarse = groups(&[0..5, 100..220, 300..500]);
    for few in 0..9 {
        // Those of the coarse group that are in none of the finer ones shown.
        let fine = groups(&[100..130, 130..170, 170..220 - few, 300..500]);
        let rows = shown(&together(&[&coarse, &fine])[1]);
        assert_eq!(
            rows.iter().map(Option::is_some).collect::<Vec<_>>(),
            [false, false, true, true]
        );
    }
    let fine = groups(&[100..130, 130..170, 170..190, 300..500]);
    let rows = shown(&together(&[&coarse, &fine])[1]);
    assert_eq!(rows, [Some(30), Some(40), Some(20), Some(200)]);
}

#[test]
fn the_same_individuals_are_suppressed_in_every_table() {
    let coarse = groups(&[0..5, 100..220, 300..500]);
    let total = counted(vec![], &[(&[], 100..220)]);
    let protected = together(&[&coarse, &total]);
    assert_eq!(shown(&protected[1]), [None]);
}

#[test]
fn a_group_that_goes_for_another_table_takes_a_complement_with_it() {
    let coarse = groups(&[0..5, 100..220, 300..500]);
    let fine = groups(&[100..220, 300..500, 600..700]);
    let protected = together(&[&coarse, &fine]);
    assert_eq!(shown(&protected[0]), [None, None, Some(200)]);
    assert_eq!(shown(&protected[1]), [None, Some(200), None]);
}

#[test]
fn equal_tables_change_nothing_for_each_other() {
    let table = groups(&[0..5, 100..220, 300..500, 500..800]);
    let protected = together(&[&table, &table]);
    assert_eq!(protected[0], protected[1]);
    assert_eq!(shown(&protected[0]), [None, None, Some(200), Some(300)]);
}

#[test]
fn groups_that_share_individuals_do_not_add_up() {
    let coarse = groups(&[0..5, 100..220, 300..500]);
    let fine = groups(&[100..180, 140..220, 300..500]);
    let protected = together(&[&coarse, &fine]);
    assert_eq!(shown(&protected[1]), [Some(80), Some(80), Some(200)]);
    // A few that they share do not keep them from adding up nearly.
    let fine = groups(&[100..163, 158..220, 300..500]);
    let protected = together(&[&coarse, &fine]);
    assert_eq!(shown(&protected[1]), [None, None, Some(200)]);
}

#[test]
fn a_bin_of_bins_singles_out_no_suppressed_bin() {
    // Bins of the first half, and of the second; in each half one is suppressed.
    let halves = groups(&[0..203, 300..505]);
    let bins = groups(&[
        0..100,
        100..160,
        160..200,
        200..203,
        300..400,
        400..460,
        460..500,
        500..505,
    ]);
    let protected = together(&[&halves, &bins]);
    assert_eq!(shown(&protected[0]), [Some(205), Some(205)]);
    assert_eq!(
        shown(&protected[1]),
        [
            Some(100),
            Some(60),
            None,
            None,
            Some(100),
            Some(60),
            None,
            None
        ]
    );
}

#[test]
fn whether_somebody_is_in_a_bin_does_not_show_in_a_bin_of_bins() {
    let with = |few: u32| {
        let halves = groups(&[0..200 + few, 300..500]);
        let bins = groups(&[0..100, 100..200, 200..200 + few, 300..420, 420..500]);
        let protected = together(&[&halves, &bins]);
        let is_shown =
            |table: &Protected| shown(table).iter().map(Option::is_some).collect::<Vec<_>>();
        (is_shown(&protected[0]), is_shown(&protected[1]))
    };
    for few in 1..9 {
        assert_eq!(with(few), with(0));
    }
}

#[test]
fn whether_somebody_is_in_a_bin_that_only_the_data_know_does_not_show_either() {
    let with = |few: u32| {
        let halves = groups(&[0..200 + few, 300..500]);
        let bins = [0..100, 100..200, 300..420, 420..500, 200..200 + few];
        let keys: Vec<[Option<u32>; 1]> = (0..5).map(|at| [Some(at)]).collect();
        let bins: Vec<(&[Option<u32>], Range<u32>)> =
            keys.iter().map(|key| &key[..]).zip(bins).collect();
        let protected = together(&[&halves, &counted(vec![Dimension::Data], &bins)]);
        let rows = protected[1].rows().iter();
        let shown = rows.filter(|row| row.values[0].is_some());
        let keys: Vec<Option<u32>> = shown.map(|row| row.key[0]).collect();
        (protected[0].released(), keys)
    };
    for few in 0..9 {
        // The smallest goes, and in the other half what would tell of a few.
        assert_eq!(with(few), (2, vec![Some(1), Some(2)]), "{few}");
    }
}

#[test]
fn bins_of_which_none_is_suppressed_stay_beside_their_bins() {
    let halves = groups(&[0..200, 300..500]);
    let bins = groups(&[0..100, 100..200, 300..420, 420..500]);
    let protected = together(&[&halves, &bins]);
    assert_eq!(
        shown(&protected[1]),
        [Some(100), Some(100), Some(120), Some(80)]
    );
}

/// A table of one group: everybody, and conditions on the same column.
fn conditions(conditions: &[Range<u32>]) -> Vec<Option<i64>> {
    let statistics = vec![statistic(Measure::Individuals); conditions.len()];
    let mut table = CellTable::new(vec![], statistics);
    for unit in 0..400 {
        let contributions: Vec<Contribution> = conditions
            .iter()
            .map(|condition| {
                if condition.contains(&unit) {
                    Contribution::ROW
                } else {
                    Contribution::NONE
                }
            })
            .collect();
        table.add(noise(), unit, vec![], &contributions).unwrap();
    }
    let protected = together(&[&table]);
    let values = protected[0].rows()[0].values.iter();
    values.map(|value| integer(*value)).collect()
}

#[test]
fn a_condition_is_not_told_by_its_opposite() {
    assert_eq!(
        conditions(&[0..400, 0..200, 200..395, 395..400]),
        [Some(400), Some(200), None, None]
    );
    assert_eq!(
        conditions(&[0..400, 0..200, 200..400]),
        [Some(400), Some(200), Some(200)]
    );
}

#[test]
fn sums_of_other_columns_over_the_same_individuals_are_no_parts() {
    // The first sum is dominated, the second is another column's.
    let mut table = CellTable::new(vec![], vec![statistic(Measure::Sum); 2]);
    for unit in 0..50 {
        let dominated = if unit == 0 { 9000.0 } else { 1.0 };
        table
            .add(noise(), unit, vec![], &[fraction(dominated), fraction(2.0)])
            .unwrap();
    }
    let protected = together(&[&table]);
    assert_eq!(protected[0].rows()[0].values[0], None);
    assert!(protected[0].rows()[0].values[1].is_some());
}

/// A sum over the individuals, of whom the first holds nearly all.
fn sums(groups: &[Range<u32>], bounds: Option<[f64; 2]>) -> CellTable {
    let measure = Measure::Sum;
    let dimension = Dimension::Declared(groups.len() as u32);
    let mut table = CellTable::new(vec![dimension], vec![Statistic { measure, bounds }]);
    for (value, units) in (0..).zip(groups) {
        for unit in units.clone() {
            let amount = if unit == 0 { 300.0 } else { 1.0 };
            table
                .add(noise(), unit, vec![Some(value)], &[fraction(amount)])
                .unwrap();
        }
    }
    table
}

#[test]
fn a_dominated_sum_is_not_singled_out_by_a_bin_of_bins() {
    // The first of three is dominated, and so is not what they are in together.
    let coarse = sums(&[0..500, 600..700], None);
    let fine = sums(&[0..30, 30..200, 200..500, 600..640, 640..700], None);
    let protected = together(&[&coarse, &fine]);
    assert!(
        protected[0]
            .rows()
            .iter()
            .all(|row| row.values[0].is_some())
    );
    let shown: Vec<bool> = protected[1]
        .rows()
        .iter()
        .map(|row| row.values[0].is_some())
        .collect();
    // Alone, the fourth would have gone with the first, and the first been told by the second and third.
    assert_eq!(shown, [false, false, true, false, true]);
}

#[test]
fn sums_with_other_bounds_are_other_sums() {
    let coarse = sums(&[0..500, 600..700], Some([0.0, 300.0]));
    let fine = sums(
        &[0..30, 30..200, 200..500, 600..640, 640..700],
        Some([0.0, 1.0]),
    );
    let protected = together(&[&coarse, &fine]);
    assert_eq!(protected[1], together(&[&fine])[0]);
}

#[test]
fn the_same_individuals_are_suppressed_also_among_groups_that_overlap() {
    let coarse = groups(&[0..5, 100..220, 300..500]);
    let fine = groups(&[100..220, 100..140, 300..500, 600..900]);
    let protected = together(&[&coarse, &fine]);
    assert_eq!(shown(&protected[1]), [None, None, Some(200), Some(300)]);
}

#[test]
fn shown_groups_that_overlap_single_nobody_out_of_a_shown_one() {
    let coarse = groups(&[0..200, 300..500]);
    let fine = groups(&[0..120, 80..200, 300..500, 600..605, 700..750]);
    let protected = together(&[&coarse, &fine]);
    assert_eq!(
        shown(&protected[1]),
        [Some(120), Some(120), Some(200), None, None]
    );
}

/// Near the threshold the noise of the shared ones and of the rest differ.
#[test]
fn individuals_that_enough_parts_share_do_not_add_up_though_they_are_no_more_than_the_rest() {
    let enough = |range: Range<u32>| enough(&range.collect(), 10, noise());
    let first = (100..9_000)
        .find(|first| enough(first + 40..first + 51) && !enough(first + 109..first + 120))
        .unwrap();
    let coarse = groups(&[0..5, first..first + 120, 10_000..10_200]);
    let fine = groups(&[first..first + 51, first + 40..first + 109, 10_000..10_200]);
    let protected = together(&[&coarse, &fine]);
    assert_eq!(shown(&protected[0]), [None, None, Some(200)]);
    assert_eq!(shown(&protected[1]), [Some(50), Some(70), Some(200)]);
}

#[test]
fn more_figures_than_can_be_compared_are_an_error() {
    let table = |groups: u32| {
        let mut table = counted(vec![Dimension::Declared(groups)], &[]);
        for unit in 0..groups * 3 {
            table
                .add(noise(), unit, vec![Some(unit / 3)], &[Contribution::ROW])
                .unwrap();
        }
        table
    };
    let mut few = standard();
    few.threshold = 3;
    let compared = |first: u32, second: u32| {
        let tables = [(table(first), few.clone()), (table(second), few.clone())];
        protect(&tables, noise()).map(|_| ())
    };
    assert!(compared(5_001, 5_000).is_err());
    // Of two tables each pair is counted from both sides.
    assert!(!are_too_many(2 * 5_000 * 5_000));
    assert!(are_too_many(2 * 5_000 * 5_000 + 2));
    assert_eq!(compared(500, 50), Ok(()));
}
