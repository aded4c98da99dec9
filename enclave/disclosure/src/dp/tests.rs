//! What is shown, and with which noise.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

use std::sync::LazyLock;

use super::*;
use crate::{Amount, Contribution, Dimension};

fn noise() -> &'static Noise {
    static NOISE: LazyLock<Noise> = LazyLock::new(|| Noise::new([7; 32], 2000));
    &NOISE
}

/// A profile with next to no noise, unless it is asked for.
fn profile(rho: f64) -> Profile {
    let text = "name='x'\nsource='y'\nmechanism='dp'\nthreshold=10\nrounding_base=5\n\
                sum_significant_digits=3\ndominance_top2_percent=90\ndominance_rest_percent=10\n";
    let mut profile = Profile::from_toml(text).unwrap();
    profile.dp.rho_statistic = rho;
    profile
}

/// σ of a count of individuals is 10⁻⁴ then: no draw is other than 0.
const QUIET: f64 = 1.5e8;

fn statistic(measure: Measure) -> Statistic {
    Statistic {
        measure,
        bounds: Some([0.0, 64.0]),
    }
}

/// A table of bounded contributions: who is in which group, with 2 rows that
/// add up to `amount`.
fn table(
    dimension: Dimension,
    statistics: Vec<Statistic>,
    rows: &[(u32, Option<u32>)],
    amount: f64,
) -> CellTable {
    let contribution = Contribution {
        count: 2,
        amount: Amount::Fraction(amount),
        square: 0.0,
    };
    let rows = rows
        .iter()
        .map(|(unit, group)| UnitRow {
            unit: *unit,
            key: vec![*group],
            contributions: vec![contribution; statistics.len()],
        })
        .collect();
    let mut table = CellTable::new(vec![dimension], statistics.clone());
    for row in bounded(rows, &statistics, &profile(QUIET), noise()) {
        table
            .add(noise(), row.unit, row.key, &row.contributions)
            .unwrap();
    }
    table
}

fn rows(table: &CellTable, profile: &Profile) -> Vec<ProtectedRow> {
    protect(table, profile, noise()).unwrap().rows().to_vec()
}

fn refusal(table: &CellTable) -> String {
    protect(table, &profile(QUIET), noise())
        .unwrap_err()
        .to_string()
}

#[test]
fn every_measure_comes_back_in_its_unit() {
    let measures = [
        Measure::Individuals,
        Measure::Count,
        Measure::IntegerSum,
        Measure::Sum,
        Measure::IntegerMean,
        Measure::Mean,
    ];
    let people: Vec<_> = (0..10).map(|unit| (unit, Some(1))).collect();
    let statistics = measures.map(statistic).to_vec();
    let table = table(Dimension::Declared(2), statistics, &people, 40.5);
    // Quanta have a σ of about 100 then, 0.006 of the unit.
    let shown = rows(&table, &profile(QUIET));
    let values: Vec<Value> = shown[1].values.iter().copied().flatten().collect();
    assert_eq!(values[..3], [10, 20, 405].map(Value::Integer));
    for (value, expected) in values[3..].iter().zip([405.0, 20.25, 20.25]) {
        let Value::Fraction(value) = value else {
            panic!("{value:?}");
        };
        assert!((value - expected).abs() < 0.1, "{value}");
    }
}

#[test]
fn declared_groups_are_shown_even_of_nobody() {
    let statistics = vec![statistic(Measure::Individuals), statistic(Measure::Mean)];
    let table = table(Dimension::Declared(3), statistics, &[(1, Some(1))], 32.0);
    let shown = rows(&table, &profile(QUIET));
    let keys: Vec<Key> = shown.iter().map(|row| row.key.clone()).collect();
    assert_eq!(keys, [vec![Some(0)], vec![Some(1)], vec![Some(2)]]);
    let counts: Vec<_> = shown.iter().map(|row| row.values[0]).collect();
    assert_eq!(counts, [0, 1, 0].map(|count| Some(Value::Integer(count))));
    assert!(shown.iter().all(|row| row.values[1].is_some()));
}

#[test]
fn rows_without_a_value_are_no_declared_group() {
    let statistics = vec![statistic(Measure::Individuals)];
    let people: Vec<_> = (0..500).map(|unit| (unit, None)).collect();
    let table = table(Dimension::Declared(1), statistics, &people, 1.0);
    let shown = rows(&table, &profile(QUIET));
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0].key, [Some(0)]);
}

/// Without noise to speak of the threshold is 2: of one never shows.
#[test]
fn groups_of_the_data_are_shown_above_the_threshold() {
    let statistics = vec![statistic(Measure::Individuals)];
    let people: Vec<_> = [(0, 4), (1, 5), (2, 5), (3, 6), (4, 6), (5, 6)]
        .map(|(unit, group)| (unit, Some(group)))
        .to_vec();
    let table = table(Dimension::Data, statistics, &people, 1.0);
    let shown = rows(&table, &profile(QUIET));
    assert_eq!(
        Part::of_individuals()
            .noise(&profile(QUIET))
            .threshold(3, 1e-9),
        Some(2)
    );
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0].key, [Some(6)]);
    assert_eq!(shown[0].values, [Some(Value::Integer(3))]);
}

/// At the defaults the threshold is 108 and σ is 17.3: 2 are six σ below it, 300
/// eleven above.
#[test]
fn at_the_defaults_large_groups_show_and_small_ones_do_not() {
    let statistics = vec![statistic(Measure::Individuals)];
    let people: Vec<_> = (0..302)
        .map(|unit| (unit, Some(u32::from(unit >= 2))))
        .collect();
    let table = table(Dimension::Data, statistics, &people, 1.0);
    for _ in 0..20 {
        let shown = rows(&table, &profile(0.005));
        assert_eq!(shown.len(), 1);
        assert_eq!(shown[0].key, [Some(1)]);
    }
}

#[test]
fn noise_is_fresh_and_of_the_scale_promised() {
    let statistics = vec![statistic(Measure::Individuals); 100];
    let people: Vec<_> = (0..1000).map(|unit| (unit, Some(0))).collect();
    let table = table(Dimension::Declared(1), statistics, &people, 1.0);
    let draws: Vec<f64> = (0..4)
        .flat_map(|_| rows(&table, &profile(0.005))[0].values.clone())
        .map(|value| match value {
            Some(Value::Integer(count)) => count as f64 - 1000.0,
            other => panic!("{other:?}"),
        })
        .collect();
    let mean = draws.iter().sum::<f64>() / 400.0;
    let variance = draws.iter().map(|draw| draw * draw).sum::<f64>() / 400.0;
    // Six standard errors: 17.32/20 and 300·√(2/400).
    assert!(mean.abs() < 5.2, "{mean}");
    assert!((variance - 300.0).abs() < 128.0, "{variance}");
}

#[test]
fn counts_are_never_negative() {
    let statistics = vec![statistic(Measure::Individuals), statistic(Measure::Count)];
    let table = table(Dimension::Declared(30), statistics, &[], 1.0);
    let shown = rows(&table, &profile(0.005));
    let counts: Vec<i64> = shown
        .iter()
        .flat_map(|row| &row.values)
        .map(|value| match value {
            Some(Value::Integer(count)) => *count,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(counts.len(), 60);
    assert!(counts.iter().all(|count| *count >= 0));
    assert!(counts.contains(&0) && counts.iter().any(|count| *count > 0));
}

#[test]
fn what_is_not_bounded_is_refused() {
    let add = |measure, contribution: Contribution, groups: u32| {
        let dimensions = vec![Dimension::Declared(9)];
        let mut table = CellTable::new(dimensions, vec![statistic(measure)]);
        for group in 0..groups {
            table
                .add(noise(), 1, vec![Some(group)], &[contribution])
                .unwrap();
        }
        table
    };
    let integer = |count, amount| Contribution {
        count,
        amount: Amount::Integer(amount),
        square: 0.0,
    };
    let unbounded = "contributions are not bounded";
    let may = |table: CellTable| protect(&table, &profile(QUIET), noise()).is_ok();
    // Groups.
    assert!(may(add(Measure::Individuals, Contribution::ROW, 3)));
    assert!(refusal(&add(Measure::Individuals, Contribution::ROW, 4)).contains(unbounded));
    // Rows.
    assert!(may(add(Measure::Count, integer(10, 10), 1)));
    assert!(refusal(&add(Measure::Count, integer(11, 11), 1)).contains(unbounded));
    // Quanta.
    assert!(may(add(Measure::Sum, integer(1, 1 << 20), 1)));
    assert!(refusal(&add(Measure::Sum, integer(1, (1 << 20) + 1), 1)).contains(unbounded));
    assert!(refusal(&add(Measure::Mean, integer(1, -(1 << 20) - 1), 1)).contains(unbounded));
    // What was never cut to quanta.
    let raw = Contribution {
        amount: Amount::Fraction(3.0),
        ..Contribution::ROW
    };
    assert!(refusal(&add(Measure::Sum, raw, 1)).contains(unbounded));
    // Somebody twice.
    let mut twice = add(Measure::Individuals, Contribution::ROW, 1);
    twice
        .add(noise(), 1, vec![Some(0)], &[Contribution::ROW])
        .unwrap();
    assert!(refusal(&twice).contains(unbounded));
    // A set taken over from elsewhere.
    let mut snapped = add(Measure::Individuals, Contribution::ROW, 1);
    for (_, cell) in snapped.cells_mut() {
        for figure in &mut cell.figures {
            figure.snap((0..5).collect());
        }
    }
    assert!(refusal(&snapped).contains(unbounded));
}

#[test]
fn statistics_without_bounds_and_variances_are_refused() {
    let refused = |statistic| {
        let table = CellTable::new(Vec::new(), vec![statistic]);
        refusal(&table)
    };
    let sum = Statistic {
        measure: Measure::IntegerSum,
        bounds: None,
    };
    assert!(refused(sum).contains("declared bounds"));
    assert!(refused(statistic(Measure::Variance)).contains("variances"));
}

#[test]
fn a_threshold_out_of_reach_is_an_error() {
    let statistics = vec![statistic(Measure::Individuals)];
    let table = table(Dimension::Data, statistics, &[(1, Some(1))], 1.0);
    let error = protect(&table, &profile(1e-21), noise()).unwrap_err();
    assert!(error.to_string().contains("no group could be large enough"));
}
