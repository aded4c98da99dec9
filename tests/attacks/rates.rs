//! How often an attack succeeds, and what is said of it.

use std::{collections::BTreeMap, sync::OnceLock};

use sekisho_tests::Report;
use serde::Serialize;

/// What became of an attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Outcome {
    /// The figures that it needs are not released.
    Suppressed,
    /// It learns no more than guessing does.
    Neutralised,
    /// It learns more than guessing does, within the bound.
    Succeeded,
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
        let rate = |of: usize| of as f64 / successes.len() as f64;
        let success_rate = rate(successes.iter().filter(|success| **success).count());
        let slack = |rate: f64| 3.0 * (rate * (1.0 - rate) / successes.len() as f64).sqrt();
        let promised = bound <= guess_rate;
        let guessed = guess_rate + if promised { slack(guess_rate) } else { 0.0 };
        let outcome = if success_rate > guessed {
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

    /// Prints and writes the row, and fails the test if the bound does not hold.
    pub(crate) fn report(self) {
        static REPORT: OnceLock<Report> = OnceLock::new();
        REPORT.get_or_init(|| Report::open("attacks")).row(&self);
        println!(
            "{:<28} succeeds {:.3}, guessing {:.3}, bound {:.3}, {} trials: {:?}",
            self.name, self.success_rate, self.guess_rate, self.bound, self.trials, self.outcome
        );
        assert!(self.holds, "{self:?}");
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

/// Which trials somebody would get right who has learnt which views go with
/// which secrets: no attacker who sees the same does better.
pub(crate) fn told_apart(seen: &[(String, bool)]) -> Vec<bool> {
    let mut classes: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (view, secret) in seen {
        let (all, yes) = classes.entry(view).or_default();
        *all += 1;
        *yes += usize::from(*secret);
    }
    seen.iter()
        .map(|(view, secret)| {
            let (all, yes) = classes.get(view.as_str()).copied().unwrap_or_default();
            *secret == (2 * yes >= all)
        })
        .collect()
}
