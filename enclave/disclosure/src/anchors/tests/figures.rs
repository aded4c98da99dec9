//! Which figures over an anchor are taken for earlier ones.

use super::*;

fn value(value: i128) -> Contribution {
    Contribution {
        count: 1,
        amount: Amount::Integer(value),
        square: 0.0,
    }
}

/// A statistic over individuals of whom the first `other` contribute something else.
fn statistic(noise: &Noise, individuals: u32, other: u32) -> Statistic {
    let mut sketch = ContributionSketch::default();
    let mut integer = 0;
    for unit in 0..individuals {
        let amount = i128::from(unit) + if unit < other { 1_000 } else { 0 };
        sketch.add(noise.unit(unit), &value(amount));
        integer += amount;
    }
    Statistic {
        class: Class::Integer,
        sketch,
        totals: Totals {
            count: u64::from(individuals),
            integer,
            ..Totals::default()
        },
    }
}

#[test]
fn figures_to_which_few_contribute_something_else_are_the_earlier_ones() {
    let noise = noise();
    let earlier = [statistic(&noise, 500, 0)];
    for other in [0, 1, 9] {
        assert_eq!(
            settle(&earlier, &statistic(&noise, 500, other), 10),
            earlier.first()
        );
    }
    assert_eq!(settle(&earlier, &statistic(&noise, 500, 60), 10), None);
    let fraction = Statistic {
        class: Class::Fraction,
        ..statistic(&noise, 500, 0)
    };
    assert_eq!(settle(&earlier, &fraction, 10), None);
}

#[test]
fn of_two_earlier_figures_the_nearer_is_taken() {
    let noise = noise();
    let earlier = [statistic(&noise, 500, 5), statistic(&noise, 500, 1)];
    assert_eq!(
        settle(&earlier, &statistic(&noise, 500, 0), 10),
        earlier.last()
    );
}

#[test]
fn so_many_counters_differ_as_individuals_contribute_something_else_or_a_few_less() {
    let noise = noise();
    let none = statistic(&noise, 500, 0);
    for other in 0..40_u32 {
        let distance = none.sketch.distance(&statistic(&noise, 500, other).sketch);
        assert!(
            distance <= other as usize && distance * 4 >= other as usize * 3,
            "{other}: {distance}"
        );
    }
    let empty = ContributionSketch::default();
    assert_eq!(empty.distance(&empty), 0);
    let mut one = ContributionSketch::default();
    one.add(noise.unit(1), &value(1));
    assert_eq!((one.distance(&empty), empty.distance(&one)), (1, 1));
}

#[test]
fn every_part_of_a_contribution_counts() {
    let noise = noise();
    let sketch = |contribution: &Contribution| {
        let mut sketch = ContributionSketch::default();
        sketch.add(noise.unit(5), contribution);
        sketch
    };
    let base = value(7);
    for other in [
        value(8),
        value(7 + (1 << 64)),
        Contribution { count: 2, ..base },
        Contribution {
            square: 1.0,
            ..base
        },
        Contribution {
            amount: Amount::Fraction(7.0),
            ..base
        },
    ] {
        assert_eq!(sketch(&base).distance(&sketch(&other)), 1, "{other:?}");
    }
}

#[test]
fn statistics_come_back_from_their_bytes() {
    let noise = noise();
    for class in [Class::Count, Class::Integer, Class::Fraction, Class::Spread] {
        let mut written = statistic(&noise, 30, 3);
        written.class = class;
        written.totals.fraction = 0.1;
        written.totals.square = 0.2;
        written.totals.magnitude = 0.3;
        written.totals.top = [0.4, 0.5];
        written.totals.sound = class != Class::Spread;
        let bytes = written.to_bytes();
        assert_eq!(Statistic::from_bytes(&bytes), Ok(written));
        for cut in 0..bytes.len() {
            let rest = bytes.get(..cut).unwrap();
            // An empty sketch is one, too.
            let whole = cut == bytes.len() - 512;
            assert_eq!(Statistic::from_bytes(rest).is_ok(), whole, "{cut}");
        }
    }
    assert_eq!(Statistic::from_bytes(&[2; 600]), Err(StatisticError));
}
