//! What must hold for a request, one condition after the other, and what they decide.

mod asked;
mod consortium;
pub(crate) mod rules;

pub(crate) use asked::Asked;
pub(crate) use consortium::examine;

use crate::{
    decision::{Denial, Outcome, Place, Reason},
    words::{Language, Words},
};

use rules::{NOT_AVAILABLE, UNKNOWN_VISITOR};

/// One condition of a request, and whether it held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The rule's name.
    pub rule: &'static str,
    /// Whether it held.
    pub verdict: Verdict,
    /// What it says of this request, and what to do where it did not hold.
    pub message: Words,
    /// The line that made it so.
    pub place: Place,
}

impl Condition {
    /// What to do where it did not hold; empty where nothing need be done.
    pub fn help(&self, language: Language) -> String {
        self.message.help(language)
    }
}

/// What became of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It held.
    Holds,
    /// A person must judge it.
    Refers,
    /// It did not hold.
    Fails(Denial),
}

/// The one reason an unknown visitor is given.
pub(crate) fn unknown(place: Place) -> (Outcome, Vec<Reason>) {
    constant(Denial::Unknown, UNKNOWN_VISITOR, place)
}

/// The one reason for everything that a visitor has no grant of, whether it exists or not.
pub(crate) fn not_available(place: Place) -> (Outcome, Vec<Reason>) {
    constant(Denial::NotAvailable, NOT_AVAILABLE, place)
}

/// The gravest verdict decides, and only as much is told as it lets be told.
pub(crate) fn decide(conditions: &[Condition], granted: bool) -> (Outcome, Vec<Reason>) {
    let first = |verdict| {
        conditions
            .iter()
            .find(|condition| condition.verdict == verdict)
    };
    if let Some(condition) = first(Verdict::Fails(Denial::Unknown)) {
        return unknown(condition.place.clone());
    }
    if let Some(condition) = first(Verdict::Fails(Denial::NotAvailable)) {
        return not_available(condition.place.clone());
    }
    let (outcome, shown) = if first(Verdict::Fails(Denial::Policy)).is_some() {
        (
            Outcome::Deny(Denial::Policy),
            Verdict::Fails(Denial::Policy),
        )
    } else if first(Verdict::Refers).is_some() {
        (Outcome::Refer, Verdict::Refers)
    } else if granted {
        (Outcome::Allow, Verdict::Holds)
    } else {
        return not_available(Place::of("grants.csv", 1));
    };
    let shown = conditions
        .iter()
        .filter(|condition| condition.verdict == shown);
    let reasons = shown.map(|condition| Reason {
        rule: condition.rule,
        message: condition.message.clone(),
        place: condition.place.clone(),
    });
    (outcome, reasons.collect())
}

fn constant(denial: Denial, rule: &'static str, place: Place) -> (Outcome, Vec<Reason>) {
    let reason = Reason {
        rule,
        message: Words::of(rule),
        place,
    };
    (Outcome::Deny(denial), vec![reason])
}
