//! How often an attack succeeds, and what is said of it.

use std::{collections::BTreeMap, sync::OnceLock};

use sekisho_tests::Report;
use serde::Serialize;

use crate::table;

/// What became of an attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Outcome {
    /// None of its questions is answered.
    Refused,
    /// The figures that it needs are not released.
    Suppressed,
    /// It learns no more than guessing does, as far as so many trials tell.
    Neutralised,
    /// It learns more than guessing does.
    Succeeded,
}

/// What an attempt met, from the least that tells to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Met {
    Refusal,
    Suppression,
    Figures,
}

/// One trial of an attack.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempt {
    /// Whether the attacker was right, be it by guessing.
    pub(crate) right: bool,
    pub(crate) met: Met,
}

/// What is reported of an attack.
#[derive(Debug, Serialize)]
pub(crate) struct Rates {
    pub(crate) name: &'static str,
    pub(crate) mechanism: &'static str,
    pub(crate) outcome: Outcome,
    pub(crate) success_rate: f64,
    pub(crate) guess_rate: f64,
    /// The success rate that the mechanism allows.
    pub(crate) bound: f64,
    pub(crate) trials: usize,
    pub(crate) holds: bool,
}

impl Rates {
    /// Holds if the attack succeeded no more often than the bound says, give or
    /// take three standard deviations of so many trials.
    pub(crate) fn new(
        name: &'static str,
        mechanism: &'static str,
        successes: &[bool],
        guess_rate: f64,
        bound: f64,
    ) -> Self {
        let of = successes.len().max(1) as f64;
        let success_rate = match successes.iter().filter(|success| **success).count() {
            // Whoever never gets to try has nothing but a guess.
            0 if successes.is_empty() => guess_rate,
            right => right as f64 / of,
        };
        let slack = |rate: f64| 3.0 * (rate * (1.0 - rate) / of).sqrt();
        let outcome = if success_rate > guess_rate + slack(guess_rate) {
            Outcome::Succeeded
        } else {
            Outcome::Neutralised
        };
        Self {
            name,
            mechanism,
            outcome,
            success_rate,
            guess_rate,
            bound,
            trials: successes.len(),
            holds: success_rate <= bound + slack(bound),
        }
    }

    /// The same of attempts of which some may have met refusals.
    pub(crate) fn of(
        name: &'static str,
        mechanism: &'static str,
        attempts: &[Attempt],
        guess_rate: f64,
        bound: f64,
    ) -> Self {
        let right: Vec<bool> = attempts.iter().map(|attempt| attempt.right).collect();
        let mut rates = Self::new(name, mechanism, &right, guess_rate, bound);
        match attempts.iter().map(|attempt| attempt.met).max() {
            // What is missing told it.
            _ if rates.outcome == Outcome::Succeeded => {}
            Some(Met::Refusal) => rates.outcome = Outcome::Refused,
            Some(Met::Suppression) => rates.outcome = Outcome::Suppressed,
            Some(Met::Figures) | None => {}
        }
        rates
    }

    /// Prints and writes the row, and fails the test if the bound does not hold
    /// or if the threat model tells otherwise.
    pub(crate) fn report(self) {
        static REPORT: OnceLock<Report> = OnceLock::new();
        REPORT.get_or_init(|| Report::open("attacks")).row(&self);
        println!(
            "{:<28} succeeds {:.3}, guessing {:.3}, bound {:.3}, {} trials: {:?}",
            self.name, self.success_rate, self.guess_rate, self.bound, self.trials, self.outcome
        );
        let kept = table::keep(&self);
        assert!(self.holds, "{self:?}");
        kept.unwrap_or_else(|differs| panic!("{differs}"));
    }
}

/// How many times an attack is made: a number, or `long`, of `SEKISHO_ATTACK_TRIALS`.
pub(crate) fn trials() -> usize {
    match std::env::var("SEKISHO_ATTACK_TRIALS").as_deref() {
        Err(_) => 60,
        Ok("long") => 600,
        Ok(number) => number.parse().unwrap(),
    }
}

/// As many trials as a run that takes a fraction of them makes, at least six.
pub(crate) fn fewer_trials(fraction: usize) -> usize {
    (trials() / fraction).max(6)
}

/// Which trials somebody would get right who has learnt which views go with
/// which secrets: no attacker who sees the same does better.
pub(crate) fn told_apart(seen: &[(String, bool)]) -> Vec<bool> {
    learnt(seen, seen)
}

/// The same where views are many and chance: the attacker learns from every
/// other trial and is judged by the rest.
pub(crate) fn told_apart_anew(seen: &[(String, bool)]) -> Vec<bool> {
    let half = |odd: usize| -> Vec<_> {
        let pairs = seen.chunks(2).enumerate();
        let pairs = pairs.filter(|(pair, _)| pair % 2 == odd);
        pairs.flat_map(|(_, pair)| pair.to_vec()).collect()
    };
    learnt(&half(0), &half(1))
}

fn learnt(from: &[(String, bool)], of: &[(String, bool)]) -> Vec<bool> {
    let mut classes: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (view, secret) in from {
        let (all, yes) = classes.entry(view).or_default();
        *all += 1;
        *yes += usize::from(*secret);
    }
    of.iter()
        .map(|(view, secret)| {
            let (all, yes) = classes.get(view.as_str()).copied().unwrap_or_default();
            *secret == (2 * yes >= all)
        })
        .collect()
}

/// The probability that a standard normal number is at most this.
pub(crate) fn normal(x: f64) -> f64 {
    // Abramowitz and Stegun 26.2.17; its error is below 1e-7.
    let t = 1.0 / (1.0 + 0.231_641_9 * x.abs());
    let series = [
        1.330_274_429,
        -1.821_255_978,
        1.781_477_937,
        -0.356_563_782,
        0.319_381_53,
    ];
    let tail = series.iter().fold(0.0, |sum, term| (sum + term) * t);
    let tail = tail * (-x * x / 2.0).exp() / std::f64::consts::TAU.sqrt();
    if x > 0.0 { 1.0 - tail } else { tail }
}
