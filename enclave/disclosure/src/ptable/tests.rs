//! The table against reference values and against what defines it.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::*;

fn parameters(reach: u32, variance: f64, small: u32) -> CellKey {
    CellKey {
        reach,
        variance,
        small,
        magnitude: 0.05,
    }
}

fn table(reach: u32, variance: f64, small: u32) -> PTable {
    PTable::new(&parameters(reach, variance, small)).unwrap()
}

/// Mean 0, the variance, probabilities that add up, and allowed outcomes only.
fn assert_row(table: &PTable, count: u64, parameters: &CellKey) {
    let moves = table.moves(count);
    let sum = |of: fn(f64) -> f64| -> f64 {
        let terms = moves
            .iter()
            .map(|step| of(step.by as f64) * step.probability);
        terms.sum()
    };
    assert!((sum(|_| 1.0) - 1.0).abs() < 1e-12, "{count}");
    assert!(sum(|by| by).abs() < 1e-9, "{count}: mean {}", sum(|by| by));
    let variance = sum(|by| by * by);
    assert!(
        (variance - parameters.variance).abs() < 1e-9,
        "{count}: variance {variance}"
    );
    for step in moves {
        let outcome = i64::try_from(count).unwrap() + step.by;
        assert!(outcome == 0 || outcome > i64::from(parameters.small));
        assert!(step.by.unsigned_abs() <= u64::from(parameters.reach));
        assert!(step.probability >= 0.0);
    }
    assert!(moves.windows(2).all(|pair| pair[0].by < pair[1].by));
}

fn assert_probabilities(table: &PTable, count: u64, expected: &[(i64, f64)], digits: i32) {
    let moves = table.moves(count);
    assert_eq!(moves.len(), expected.len());
    for (step, (by, probability)) in moves.iter().zip(expected) {
        assert_eq!(step.by, *by);
        let difference = (step.probability - probability).abs();
        assert!(difference < 0.51 * 10_f64.powi(-digits), "{step:?}");
    }
}

/// The example of the `ptable` package.
#[test]
fn the_published_example_comes_out() {
    let expected = [(-1, 0.5133), (1, 0.46), (2, 0.0267)];
    assert_probabilities(&table(2, 1.08, 1), 1, &expected, 4);
}

/// Found by nested bisection instead of Newton's method.
#[test]
fn the_defaults_agree_with_another_solver() {
    let table = table(8, 5.0, 3);
    let of_one = [
        (-1, 0.819_625),
        (3, 0.064_737),
        (4, 0.0407),
        (5, 0.027_394),
        (6, 0.019_739),
        (7, 0.015_228),
        (8, 0.012_577),
    ];
    assert_probabilities(&table, 1, &of_one, 6);
    let of_five = [
        (-5, 0.103_558),
        (-1, 0.269_947),
        (0, 0.234_092),
        (1, 0.174_233),
        (2, 0.111_303),
        (3, 0.061_026),
        (4, 0.028_718),
        (5, 0.0116),
        (6, 0.004_021),
        (7, 0.001_196),
        (8, 0.000_306),
    ];
    assert_probabilities(&table, 5, &of_five, 6);
}

#[test]
fn every_row_has_mean_zero_and_the_variance_and_spares_small_counts() {
    for (reach, variance, small) in [(8, 5.0, 3), (12, 9.0, 4), (2, 1.08, 1), (100, 90.0, 18)] {
        let table = table(reach, variance, small);
        for count in 1..=u64::from(reach + small) + 5 {
            assert_row(&table, count, &parameters(reach, variance, small));
        }
    }
}

/// Without them Newton's method would still end where it should, but late.
#[test]
fn gradient_and_curvature_are_the_derivatives_of_the_value() {
    let scaled = [-0.5, 0.0, 0.25, 1.0];
    let at = |first: f64, second: f64| Dual::at([first, second], &scaled, 0.3);
    let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-8, "{a} {b}");
    let step = 1e-5;
    for (first, second) in [(0.4, -0.7), (-1.3, 2.0), (0.0, 0.0)] {
        let here = at(first, second);
        let further = [at(first + step, second), at(first, second + step)];
        let before = [at(first - step, second), at(first, second - step)];
        let slope = |of: fn(&Dual) -> f64, along: usize| {
            (of(&further[along]) - of(&before[along])) / (2.0 * step)
        };
        close(here.gradient[0], slope(|dual| dual.value, 0));
        close(here.gradient[1], slope(|dual| dual.value, 1));
        close(here.curvature[0], slope(|dual| dual.gradient[0], 0));
        close(here.curvature[1], slope(|dual| dual.gradient[1], 0));
        close(here.curvature[1], slope(|dual| dual.gradient[0], 1));
        close(here.curvature[2], slope(|dual| dual.gradient[1], 1));
    }
}

/// At the least variance there is, one stays no one: half of the draws go either way.
#[test]
fn a_draw_at_the_border_of_two_moves_is_the_upper_ones() {
    let table = table(2, 1.0, 1);
    assert_eq!(table.draw(1, 0.5_f64.next_down()), -1);
    assert_eq!(table.draw(1, 0.5), 1);
}

#[test]
fn nobody_stays_nobody() {
    let table = table(8, 5.0, 3);
    assert_eq!(
        [0.0, 0.5, 0.999].map(|uniform| table.draw(0, uniform)),
        [0; 3]
    );
}

/// With reach 8 and small 3, a count of 11 could fall to 3, which never comes
/// out; from 12 on every move is allowed.
#[test]
fn rows_no_longer_change_once_every_move_is_allowed() {
    let table = table(8, 5.0, 3);
    assert_eq!(table.rows.len(), 13);
    assert_eq!(table.moves(11).len(), 16);
    assert_eq!(table.moves(12).len(), 17);
    assert_eq!(table.moves(12), table.moves(1_000_000));
    assert_eq!(table.moves(12), table.moves(u64::MAX));
    let symmetric = table.moves(12).iter().zip(table.moves(12).iter().rev());
    for (step, opposite) in symmetric {
        assert_eq!(step.by, -opposite.by);
        assert!((step.probability - opposite.probability).abs() < 1e-12);
    }
}

/// A count of 2 with small 3 moves by −2 or +2 only: the variance is 4.
#[test]
fn the_least_variance_leaves_two_outcomes() {
    let even = table(8, 4.0, 3);
    assert_probabilities(&even, 2, &[(-2, 0.5), (2, 0.5)], 12);
    for count in 1..=12 {
        assert_row(&even, count, &parameters(8, 4.0, 3));
    }
    let thirds = table(6, 2.0, 2);
    assert_probabilities(&thirds, 1, &[(-1, 2.0 / 3.0), (2, 1.0 / 3.0)], 12);
    assert_probabilities(&thirds, 2, &[(-2, 1.0 / 3.0), (1, 2.0 / 3.0)], 12);
}

#[test]
fn parameters_without_a_distribution_are_refused() {
    let exists = |reach, variance, small| {
        let table = PTable::new(&parameters(reach, variance, small));
        table.is_some()
    };
    assert!(!exists(8, 3.99, 3));
    assert!(exists(8, 4.01, 3));
    assert!(!exists(5, 5.0, 3));
    assert!(exists(6, 5.0, 3));
    assert!(!exists(8, 0.0, 0));
    assert!(exists(8, 0.1, 0));
    assert!(!exists(8, f64::NAN, 3));
    assert!(!exists(0, 1.0, 0));
}

/// From the published example: 0.5133 below, 0.46 between, 0.0267 above.
#[test]
fn a_draw_picks_the_move_whose_share_it_falls_into() {
    let table = table(2, 1.08, 1);
    let draws = [0.0, 0.513, 0.514, 0.973, 0.974, 0.999_999].map(|u| table.draw(1, u));
    assert_eq!(draws, [-1, -1, 1, 1, 2, 2]);
    assert_eq!(table.draw(1, 1.0), 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn feasible_parameters_have_a_table_that_keeps_its_word(
        small in 0_u32..8,
        extra in 1_u32..12,
        share in 0.01_f64..0.99,
    ) {
        let least = (1..=small).map(|i| i * (small + 1 - i)).max().unwrap_or(0);
        let reach = least + extra;
        let variance = f64::from(least) + share * f64::from(extra);
        let table = table(reach, variance, small);
        for count in 1..=u64::from(reach + small) + 1 {
            assert_row(&table, count, &parameters(reach, variance, small));
        }
    }
}
