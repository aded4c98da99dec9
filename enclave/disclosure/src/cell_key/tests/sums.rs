//! Rows, sums and means: by how much they are moved, and whether one individual makes them.

use super::*;

/// 40 individuals or a few more, one with 19 rows, the others with 1 to 3: steps of one row.
/// With 61 rows, steps of 3.05.
#[test]
fn rows_are_moved_by_a_draw_of_their_own_in_steps_of_their_largest_share() {
    let mut moved = 0;
    for last in 40..46 {
        for (most, step) in [(19, 1.0), (61, 3.05)] {
            let rows = |unit: u32| u64::from(if unit == 0 { most } else { 1 + unit % 3 });
            let total: u64 = (0..last).map(rows).sum();
            let table = whole(Measure::Count, 0..last, |unit| {
                contribution(rows(unit), rows(unit).into())
            });
            let draw = draw("count", 0..last, Some(total), total);
            moved += i32::from(draw != 0);
            let expected = total as i64 + (draw as f64 * step).round() as i64;
            assert_eq!(shown(&table), Some(Value::Integer(expected)));
        }
    }
    assert!(moved > 6);
}

#[test]
fn a_sum_is_moved_by_its_largest_contribution_times_the_magnitude() {
    let amount = |unit: u32| i128::from(1000 + unit * 7);
    let moved = |last: &u32| draw("sum", 0..*last, None, (*last).into()) != 0;
    let last = (50..60).find(moved).unwrap();
    let largest = f64::from(1000 + (last - 1) * 7);
    let total: i128 = (0..last).map(amount).sum();
    let table = whole(Measure::IntegerSum, 0..last, |unit| {
        contribution(1, amount(unit))
    });
    let by = draw("sum", 0..last, None, last.into());
    let expected = total as i64 + (by as f64 * 0.05 * largest).round() as i64;
    assert_eq!(shown(&table), Some(Value::Integer(expected)));

    let fractions = |unit: u32| Contribution {
        count: 1,
        amount: Amount::Fraction(100.0 + f64::from(unit) / 7.0),
        square: 0.0,
    };
    let table = whole(Measure::Sum, 0..last, fractions);
    let total: f64 = (0..last).map(|unit| 100.0 + f64::from(unit) / 7.0).sum();
    let step = 0.05 * (100.0 + f64::from(last - 1) / 7.0);
    let expected = to_significant(total + by as f64 * step, 3);
    assert_eq!(shown(&table), Some(Value::Fraction(expected)));
    assert_ne!(expected, to_significant(total, 3));
}

#[test]
fn a_mean_is_the_quotient_of_what_its_parts_are_shown_as() {
    let amount = |unit: u32| contribution(2, i128::from(1000 + unit * 7));
    let value = |measure| match shown(&whole(measure, 0..50, amount)) {
        Some(Value::Integer(value)) => value as f64,
        Some(Value::Fraction(value)) => value,
        None => panic!("withheld"),
    };
    let quotient = value(Measure::IntegerSum) / value(Measure::Count);
    assert_eq!(value(Measure::IntegerMean), quotient);
    let fraction = |unit: u32| Contribution {
        count: 2,
        amount: Amount::Fraction(100.0 + f64::from(unit) / 7.0),
        square: 0.0,
    };
    let value = |measure| shown(&whole(measure, 0..50, fraction)).unwrap();
    let (Value::Fraction(mean), Value::Fraction(sum), Value::Integer(count)) = (
        value(Measure::Mean),
        value(Measure::Sum),
        value(Measure::Count),
    ) else {
        panic!("other kinds");
    };
    assert_eq!(mean, sum / count as f64);
}

/// A step of 0.05 would be rounded away, and a sum of 0s and 1s is a count.
#[test]
fn a_sum_that_is_a_count_in_disguise_is_moved_as_one() {
    let (last, by) = (42..90)
        .step_by(6)
        .map(|last| (last, draw("sum", 0..last, None, last.into())))
        .find(|(_, by)| *by != 0)
        .unwrap();
    let half = i64::from(last / 2);
    let ones = whole(Measure::IntegerSum, 0..last, |unit| {
        contribution(1, i128::from(unit % 2))
    });
    assert_eq!(shown(&ones), Some(Value::Integer(half + by)));
    let hundreds = whole(Measure::IntegerSum, 0..last, |unit| {
        contribution(1, i128::from(unit % 2 * 100))
    });
    let expected = Value::Integer(100 * (half + by));
    assert_eq!(shown(&hundreds), Some(expected));
    let halves = whole(Measure::Sum, 0..last, |unit| Contribution {
        count: 1,
        amount: Amount::Fraction(f64::from(unit % 3) / 2.0),
        square: 0.0,
    });
    let expected = Value::Fraction((half + by) as f64);
    assert_eq!(shown(&halves), Some(expected));
}

#[test]
fn small_whole_numbers_are_moved_by_one_at_least() {
    let totals = |amounts: &[i128]| {
        let mut figure = Figure::default();
        for (unit, amount) in (0..).zip(amounts) {
            figure.add(noise(), unit, contribution(1, *amount));
        }
        figure
    };
    assert_eq!(step(&totals(&[7, 5, 4]), 0.05, 1.0), 1.0);
    assert!((step(&totals(&[7, 5, 4]), 0.05, 0.0) - 0.35).abs() < 1e-12);
    assert_eq!(step(&totals(&[70, 50, 40]), 0.05, 1.0), 3.5);
    assert_eq!(step(&totals(&[70, 70, 0]), 0.05, 1.0), 70.0);
    assert_eq!(step(&totals(&[8, 4, 2]), 0.05, 1.0), 8.0);
    assert_eq!(step(&totals(&[8, 4, 1]), 0.05, 1.0), 1.0);
}

/// What is off by a part in a thousand million or less is a count: sums of 0.1 are.
#[test]
fn a_count_in_disguise_is_one_but_for_what_decimals_are_off_by() {
    let of = |off: f64| {
        let mut figure = Figure::default();
        for unit in 0..41 {
            let amount = Amount::Fraction(if unit == 40 { 0.5 + off } else { 1.0 });
            figure.add(
                noise(),
                unit,
                Contribution {
                    amount,
                    ..Contribution::ROW
                },
            );
        }
        step(&figure, 0.05, 0.0)
    };
    // Of 162 quarters.
    assert_eq!(of(0.0), 1.0);
    assert_eq!(of(3.5e-8), 1.0);
    assert_eq!(of(-3.5e-8), 1.0);
    assert_eq!(of(4.5e-8), 0.05);
    assert_eq!(of(-4.5e-8), 0.05);
}

#[test]
fn a_dominated_sum_is_withheld_and_the_number_of_individuals_is_not() {
    let amount = |unit: u32| if unit < 2 { 10_000 } else { 7 };
    for measure in [Measure::IntegerSum, Measure::IntegerMean] {
        let table = whole(measure, 0..100, |unit| contribution(1, amount(unit)));
        assert_eq!(shown(&table), None);
    }
    let rows = whole(Measure::Count, 0..100, |unit| {
        contribution(amount(unit) as u64, amount(unit))
    });
    assert_eq!(shown(&rows), None);
    assert!(count_of(0..100).is_some());
}

/// 90 % of two is dominated, less is not; a rest of 10 % of the largest is enough.
#[test]
fn dominance_begins_at_the_shares_of_the_profile() {
    let dominated = |amounts: &[i128]| {
        let mut figure = Figure::default();
        for (unit, amount) in (0..).zip(amounts) {
            figure.add(noise(), unit, contribution(1, *amount));
        }
        dominated_by(&figure, &profile())
    };
    assert!(dominated(&[50, 40, 10]));
    assert!(!dominated(&[50, 39, 11]));
    assert!(dominated(&[0, 0, 0]));
    let mut lenient = profile();
    lenient.dominance_top2_percent = 100;
    let rest = |third| {
        let mut figure = Figure::default();
        for (unit, amount) in (0..).zip([1000, 10, third]) {
            figure.add(noise(), unit, contribution(1, amount));
        }
        dominated_by(&figure, &lenient)
    };
    assert!(rest(9));
    let mut figure = Figure::default();
    for (unit, amount) in (0..).zip([100, 10, 10]) {
        figure.add(noise(), unit, contribution(1, amount));
    }
    assert!(!dominated_by(&figure, &lenient));
}

fn dominated_by(figure: &Figure, profile: &Profile) -> bool {
    let totals = figure.totals();
    is_dominated(totals.magnitude, totals.top, profile)
}

/// As a count of those who have an amount would be withheld, so is their sum.
#[test]
fn a_sum_is_withheld_where_few_have_an_amount() {
    let (mut withheld, mut shown_ones) = (0, 0);
    for last in 40..60 {
        for ones in [0, 1, 3, 9, 10, 11, 14, 18] {
            let table = whole(Measure::IntegerSum, 0..last, |unit| {
                contribution(1, i128::from(unit < ones))
            });
            let is_shown = enough(&(0..ones).collect(), 10, noise());
            assert_eq!(shown(&table).is_some(), is_shown, "{ones} of {last}");
            *(if is_shown {
                &mut shown_ones
            } else {
                &mut withheld
            }) += 1;
            let mean = whole(Measure::Mean, 0..last, |unit| Contribution {
                amount: Amount::Fraction(f64::from(u8::from(unit < ones))),
                ..Contribution::ROW
            });
            assert_eq!(shown(&mean).is_some(), is_shown);
            let rows = whole(Measure::Count, 0..last, |_| contribution(1, 1));
            assert!(shown(&rows).is_some());
        }
    }
    assert!(withheld > 5 && shown_ones > 20, "{withheld} {shown_ones}");
}
