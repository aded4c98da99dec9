//! What is shown of a table, and what it takes to see through the noise.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

use std::{ops::Range, sync::LazyLock};

use super::*;
use crate::{Amount, Contribution, profile::Mechanism};

fn noise() -> &'static Noise {
    static NOISE: LazyLock<Noise> = LazyLock::new(|| Noise::new([7; 32], 1600));
    &NOISE
}

fn profile() -> Profile {
    let text = "name='x'\nsource='y'\nmechanism='cell-key'\nthreshold=10\nrounding_base=5\n\
                sum_significant_digits=3\ndominance_top2_percent=90\ndominance_rest_percent=10\n";
    let profile = Profile::from_toml(text).unwrap();
    assert_eq!(profile.mechanism, Mechanism::CellKey);
    profile
}

fn moves() -> PTable {
    PTable::new(&profile().cell_key).unwrap()
}

fn contribution(count: u64, amount: i128) -> Contribution {
    Contribution {
        count,
        amount: Amount::Integer(amount),
        square: 0.0,
    }
}

fn statistic(measure: Measure) -> Statistic {
    Statistic {
        measure,
        bounds: None,
    }
}

/// A table without dimensions of one statistic.
fn whole(measure: Measure, who: Range<u32>, what: impl Fn(u32) -> Contribution) -> CellTable {
    let mut table = CellTable::new(Vec::new(), vec![statistic(measure)]);
    for unit in who {
        table.add(noise(), unit, Vec::new(), &[what(unit)]).unwrap();
    }
    table
}

fn shown(table: &CellTable) -> Option<Value> {
    let protected = protect(table, &profile(), noise()).unwrap();
    assert_eq!(protected.rows().len(), 1);
    protected.rows()[0].values[0]
}

fn count_of(who: Range<u32>) -> Option<Value> {
    shown(&whole(Measure::Individuals, who, |_| Contribution::ROW))
}

fn draw(label: &str, who: Range<u32>, count: Option<u64>, row: u64) -> i64 {
    let key = noise().set(&who.collect()).to_bytes();
    let count = count.map(u64::to_be_bytes);
    let parts: Vec<&[u8]> = [&key[..]]
        .into_iter()
        .chain(count.as_ref().map(|count| &count[..]))
        .collect();
    moves().draw(row, noise().uniform(label, &parts))
}

#[test]
fn a_count_is_moved_by_the_draw_of_its_set_and_size() {
    let mut moved = 0;
    for last in [30, 31, 50, 100, 400] {
        let by = draw("count", 0..last, Some(u64::from(last)), u64::from(last));
        let expected = Some(Value::Integer(i64::from(last) + by));
        assert_eq!(count_of(0..last), expected);
        moved += i32::from(by != 0);
    }
    assert!(moved > 0);
}

/// Whether the number of individuals, of rows or of values is asked for, alone
/// or as a group of another table: one set, one figure. Averaging gains nothing.
#[test]
fn one_set_gets_one_figure_however_it_is_asked_for() {
    let expected = count_of(100..160);
    let rows = whole(Measure::Count, 100..160, |_| Contribution::ROW);
    assert_eq!(shown(&rows), expected);

    let statistics = vec![statistic(Measure::Count), statistic(Measure::Individuals)];
    let dimensions = vec![Dimension::Declared(2), Dimension::Declared(1)];
    let mut table = CellTable::new(dimensions, statistics);
    for unit in (0..200).rev() {
        let within = u32::from((100..160).contains(&unit));
        let key = vec![Some(within), Some(0)];
        let row = [Contribution::ROW, Contribution::ROW];
        table.add(noise(), unit, key, &row).unwrap();
    }
    let protected = protect(&table, &profile(), noise()).unwrap();
    assert_eq!(protected.rows()[1].key, [Some(1), Some(0)]);
    assert_eq!(protected.rows()[1].values, [expected, expected]);
}

#[test]
fn another_dataset_moves_otherwise() {
    let differing = (20..60).filter(|last| {
        let table = whole(Measure::Individuals, 0..*last, |_| Contribution::ROW);
        let other = Noise::new([8; 32], 100);
        protect(&table, &profile(), &other).unwrap().rows()[0].values
            != protect(&table, &profile(), noise()).unwrap().rows()[0].values
    });
    assert!(differing.count() > 20);
}

/// Over many sets of one size: nothing on average, and the variance.
#[test]
fn moves_over_many_sets_have_the_mean_and_the_variance_promised() {
    let sets = 0..1500_u32;
    let by: Vec<f64> = sets
        .map(|start| match count_of(start..start + 40) {
            Some(Value::Integer(count)) => (count - 40) as f64,
            other => panic!("{other:?}"),
        })
        .collect();
    let mean = by.iter().sum::<f64>() / 1500.0;
    let variance = by.iter().map(|by| by * by).sum::<f64>() / 1500.0;
    assert!(mean.abs() < 0.3, "{mean}");
    assert!((variance - 5.0).abs() < 1.1, "{variance}");
    assert!(by.iter().all(|by| by.abs() <= 8.0));
}

#[test]
fn a_group_below_the_threshold_is_withheld_or_shown_as_nobody() {
    for size in 1..10 {
        for start in 0..60 {
            let expected = match draw(
                "count",
                start..start + size,
                Some(u64::from(size)),
                size.into(),
            ) + i64::from(size)
            {
                0 => Some(Value::Integer(0)),
                _ => None,
            };
            assert_eq!(
                count_of(start..start + size),
                expected,
                "{size} from {start}"
            );
        }
    }
}

#[test]
fn at_the_threshold_the_draw_decides() {
    let outcomes: Vec<(i64, Option<Value>)> = (0..100)
        .map(|start| {
            let perturbed = 10 + draw("count", start..start + 10, Some(10), 10);
            (perturbed, count_of(start..start + 10))
        })
        .collect();
    for (perturbed, value) in &outcomes {
        let expected = (*perturbed >= 10).then_some(Value::Integer(*perturbed));
        assert_eq!(*value, expected);
    }
    assert!(outcomes.contains(&(10, Some(Value::Integer(10)))));
    assert!(outcomes.contains(&(9, None)));
}

#[test]
fn nobody_is_shown_as_nobody_in_a_declared_group_only() {
    let none = |measure| shown(&whole(measure, 0..0, |_| Contribution::ROW));
    assert_eq!(none(Measure::Individuals), Some(Value::Integer(0)));
    assert_eq!(none(Measure::Count), Some(Value::Integer(0)));
    assert_eq!(none(Measure::IntegerSum), None);
    assert_eq!(none(Measure::Mean), None);
    // A figure of nobody in a group that the data made known.
    let statistics = vec![statistic(Measure::Individuals)];
    let mut table = CellTable::new(vec![Dimension::Data], statistics);
    for unit in 0..100 {
        let key = vec![Some(3)];
        table
            .add(noise(), unit, key, &[Contribution::NONE])
            .unwrap();
    }
    let protected = protect(&table, &profile(), noise()).unwrap();
    assert_eq!(protected.rows()[0].key, [Some(3)]);
    assert_eq!(protected.rows()[0].values, [None]);
}

#[test]
fn groups_of_the_data_show_themselves_only_when_they_may_be_shown() {
    let table = |dimension| {
        let mut table = CellTable::new(vec![dimension], vec![statistic(Measure::Individuals)]);
        for unit in 0..109 {
            let key = vec![match unit {
                0..50 => Some(0),
                50..59 => Some(1),
                59..100 => None,
                _ => Some(2),
            }];
            table.add(noise(), unit, key, &[Contribution::ROW]).unwrap();
        }
        table
    };
    let keys = |dimension| -> Vec<Key> {
        let protected = protect(&table(dimension), &profile(), noise()).unwrap();
        protected.rows().iter().map(|row| row.key.clone()).collect()
    };
    assert_eq!(keys(Dimension::Data), [vec![None], vec![Some(0)]]);
    let declared = [vec![None], vec![Some(0)], vec![Some(1)], vec![Some(2)]];
    assert_eq!(keys(Dimension::Declared(3)), declared);
    // Few rows without a value are no group.
    let mut few = CellTable::new(
        vec![Dimension::Declared(1)],
        vec![statistic(Measure::Individuals)],
    );
    for unit in 0..9 {
        few.add(noise(), unit, vec![None], &[Contribution::ROW])
            .unwrap();
    }
    let protected = protect(&few, &profile(), noise()).unwrap();
    assert_eq!(protected.rows().len(), 1);
    assert_eq!(protected.rows()[0].key, [Some(0)]);
}

#[test]
fn variances_and_unsound_figures_are_withheld() {
    for measure in [
        Measure::Variance,
        Measure::VariancePopulation,
        Measure::Deviation,
        Measure::DeviationPopulation,
    ] {
        let table = whole(measure, 0..100, |unit| contribution(1, i128::from(unit)));
        assert_eq!(shown(&table), None);
    }
    let mut twice = whole(Measure::Individuals, 0..100, |_| Contribution::ROW);
    twice
        .add(noise(), 5, Vec::new(), &[Contribution::ROW])
        .unwrap();
    assert_eq!(shown(&twice), None);
}

#[test]
fn a_profile_without_a_perturbation_is_an_error() {
    let mut profile = profile();
    profile.cell_key.variance = 9.0;
    let table = whole(Measure::Count, 0..100, |_| Contribution::ROW);
    let error = protect(&table, &profile, noise()).unwrap_err();
    assert!(error.to_string().contains("`cell-key`"));
}

#[test]
fn the_noise_of_every_statistic_is_stated() {
    let statistics = [
        Measure::Count,
        Measure::Sum,
        Measure::Mean,
        Measure::Variance,
    ]
    .map(statistic);
    let words = parameters(&profile(), &statistics);
    assert_eq!(words.len(), 4);
    assert!(words["noise.01"].contains("by 8 at most, with variance 5"));
    assert!(words["noise.02"].contains("times 0.05"));
    assert!(words["noise.03"].contains("quotient"));
    assert_eq!(words["noise.04"], "withheld");
}

#[path = "tests/sums.rs"]
mod sums;

/// Nobody is shown as 0; who is withheld is not nobody.
#[test]
fn what_is_withheld_is_not_shown_as_nobody() {
    let table = || whole(Measure::Individuals, 0..500, |_| contribution(1, 1));
    assert!(shown(&table()).is_some());
    assert_eq!(
        shown(&whole(Measure::Individuals, 0..0, |_| contribution(1, 1))),
        Some(Value::Integer(0))
    );
    let mut figure = table();
    for (_, cell) in figure.cells_mut() {
        cell.figures[0].withhold();
    }
    assert_eq!(shown(&figure), None);
    let mut group = table();
    for (_, cell) in group.cells_mut() {
        cell.group.withhold();
    }
    assert_eq!(shown(&group), None);
}
