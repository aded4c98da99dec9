//! The conditions that were asked so far.

use super::{
    Condition, Verdict,
    rules::{CONSENT, Rule},
};
use crate::{
    decision::{Denial, Place},
    duo::{Answer, Fit},
    words::Words,
};

/// Conditions, in the order in which they were asked.
#[derive(Default)]
pub(crate) struct Asked(pub(crate) Vec<Condition>);

impl Asked {
    /// Notes whether a rule holds.
    pub(crate) fn note(&mut self, rule: &Rule, holds: bool, place: Place) {
        let words = Words::of(if holds { rule.holds } else { rule.fails });
        self.note_as(rule, holds, place, words);
    }

    /// The same in other words than the rule's.
    pub(crate) fn note_as(&mut self, rule: &Rule, holds: bool, place: Place, message: Words) {
        let verdict = match holds {
            true => Verdict::Holds,
            false => Verdict::Fails(rule.denial),
        };
        self.0.push(Condition {
            rule: rule.name,
            verdict,
            message,
            place,
        });
    }

    /// Notes what each condition of a consent says; one line where all permit.
    pub(crate) fn note_consent(&mut self, answers: Vec<Answer>, place: &Place) {
        let against: Vec<Answer> = (answers.into_iter())
            .filter(|answer| answer.fit != Fit::Permits)
            .collect();
        if against.is_empty() {
            self.note(&CONSENT, true, place.clone());
        }
        for answer in against {
            let verdict = match answer.fit {
                Fit::Refers => Verdict::Refers,
                Fit::Forbids | Fit::Permits => Verdict::Fails(Denial::Policy),
            };
            self.0.push(Condition {
                rule: CONSENT.name,
                verdict,
                message: answer.words,
                place: place.clone(),
            });
        }
    }

    /// The names of the rules, each once, for permit and ledger.
    pub(crate) fn rules(&self) -> Vec<String> {
        let names = self.0.iter().map(|condition| condition.rule.to_owned());
        names.collect()
    }
}
