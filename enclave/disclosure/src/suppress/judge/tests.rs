//! Thresholds and dominance at their edges.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::{
    Amount, Contribution,
    suppress::tests::{fraction, noise, single, standard},
};

fn set(individuals: u32) -> RoaringBitmap {
    (0..individuals).collect()
}

fn draw(noise: &Noise, set: &RoaringBitmap) -> u64 {
    noise.half_normal("threshold", &[&noise.set(set).to_bytes()], 1.0)
}

#[test]
fn fewer_than_the_threshold_are_never_enough_and_ten_more_always() {
    for key in 0..50 {
        let noise = Noise::new([key; 32], 100);
        assert!(!enough(&set(0), 10, &noise));
        assert!(!enough(&set(9), 10, &noise));
        assert!(enough(&set(19), 10, &noise));
    }
}

#[test]
fn from_the_threshold_on_the_sets_own_noise_decides() {
    let (mut let_through, mut held_back) = (0, 0);
    for key in 0..100 {
        let noise = Noise::new([key; 32], 100);
        for individuals in 10..14 {
            let set = set(individuals);
            let needed = 10 + draw(&noise, &set);
            let is_enough = enough(&set, 10, &noise);
            assert_eq!(is_enough, u64::from(individuals) >= needed);
            if individuals == 10 {
                *(if is_enough {
                    &mut let_through
                } else {
                    &mut held_back
                }) += 1;
            }
        }
    }
    // Below 1 with probability 0.68.
    assert!(
        let_through > 50 && held_back > 15,
        "{let_through} {held_back}"
    );
}

#[test]
fn noise_of_one_holds_back_one_more_and_no_other() {
    let noise = (0..255)
        .map(|key| Noise::new([key; 32], 100))
        .find(|noise| draw(noise, &set(10)) == 1 && draw(noise, &set(11)) == 1)
        .unwrap();
    assert!(!enough(&set(10), 10, &noise));
    assert!(enough(&set(11), 10, &noise));
}

fn stands(measure: Measure, contributions: &[Contribution]) -> bool {
    let profile = standard();
    let judge = Judge {
        profile: &profile,
        noise: noise(),
    };
    let table = single(measure, contributions);
    let cell = table.cells().values().next().unwrap();
    let judged = judge.judge(cell.figures.first().unwrap(), measure);
    assert!(judged.enough);
    assert_eq!(judged.is_withheld_though_large(), !judged.stands);
    judged.stands
}

/// Two of so much, and a hundred who make up the rest of 1000.
fn two_of(first: f64, second: f64) -> Vec<Contribution> {
    let each = (1000.0 - first - second) / 100.0;
    [first, second]
        .into_iter()
        .chain([each; 100])
        .map(fraction)
        .collect()
}

#[test]
fn two_who_hold_nine_tenths_dominate_and_two_who_hold_less_do_not() {
    assert!(!stands(Measure::Sum, &two_of(450.0, 450.0)));
    assert!(stands(Measure::Sum, &two_of(450.0, 449.0)));
    assert!(stands(Measure::Sum, &two_of(400.0, 490.0)));
}

#[test]
fn one_beside_whom_the_others_hold_less_than_a_tenth_dominates() {
    // Of 1000 the two hold less than 90 % in neither case where the others do not.
    let mut profile = standard();
    profile.dominance_top2_percent = 100;
    let measure = Measure::Sum;
    let judge = Judge {
        profile: &profile,
        noise: noise(),
    };
    let stands = |first: f64, second: f64, rest: f64| {
        let others = std::iter::repeat_n(rest / 64.0, 64);
        let amounts = [first, second].into_iter().chain(others);
        let table = single(measure, &amounts.map(fraction).collect::<Vec<_>>());
        let cell = table.cells().values().next().unwrap();
        judge.judge(cell.figures.first().unwrap(), measure).stands
    };
    assert!(stands(640.0, 640.0, 64.0));
    assert!(!stands(640.0, 640.0, 63.0));
}

/// Of 50, so many have a 1 and the others a 0.
fn ones(amounts: u32) -> Vec<Contribution> {
    let one = |unit| Contribution {
        amount: Amount::Integer(i128::from(unit < amounts)),
        square: f64::from(u8::from(unit < amounts)),
        ..Contribution::ROW
    };
    (0..50).map(one).collect()
}

#[test]
fn a_sum_tells_of_those_who_have_an_amount_and_they_must_be_enough() {
    for measure in [
        Measure::IntegerSum,
        Measure::Sum,
        Measure::IntegerMean,
        Measure::Mean,
        Measure::VariancePopulation,
    ] {
        for few in 3..20 {
            // The first so many of the set have a one: they draw noise of their own.
            let enough = u64::from(few) >= 10 + draw(noise(), &set(few));
            assert_eq!(stands(measure, &ones(few)), enough, "{measure:?} {few}");
        }
    }
    assert!(stands(Measure::Count, &ones(3)));
}

#[test]
fn amounts_below_zero_weigh_as_much_as_those_above() {
    let mut contributions = two_of(-450.0, 1.0);
    assert!(stands(Measure::Sum, &contributions));
    contributions = vec![fraction(1.0); 99];
    contributions.push(fraction(-2000.0));
    assert!(!stands(Measure::Sum, &contributions));
}

#[test]
fn who_deviates_alone_dominates_a_variance_however_large_the_values() {
    let mut contributions = vec![fraction(1000.0); 40];
    contributions.extend(vec![fraction(1001.0); 40]);
    assert!(stands(Measure::Variance, &contributions));
    contributions.push(fraction(1100.0));
    assert!(stands(Measure::Mean, &contributions));
    for measure in [
        Measure::Variance,
        Measure::VariancePopulation,
        Measure::Deviation,
        Measure::DeviationPopulation,
    ] {
        assert!(!stands(measure, &contributions), "{measure:?}");
    }
}

#[test]
fn equal_values_show_no_variance() {
    assert!(!stands(Measure::Variance, &vec![fraction(0.1); 50]));
}

#[test]
fn a_sum_that_is_no_number_does_not_stand() {
    assert!(!stands(Measure::Sum, &vec![fraction(f64::MAX); 20]));
}
