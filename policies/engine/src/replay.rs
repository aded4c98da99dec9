//! Recorded decisions under other files: what would have been answered otherwise.

use crate::{
    decision::{Decision, Outcome},
    recorded::Recorded,
    set::PolicySet,
};

/// A recorded decision that another set answers otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flip {
    /// As it was answered.
    pub was: Recorded,
    /// As the set would have answered.
    pub is: Decision,
    /// How many decisions this stands for: the same question, answered alike.
    pub times: usize,
}

impl PolicySet {
    /// The recorded decisions that this set would have answered otherwise, those that it would
    /// have allowed first.
    pub fn replay(&self, recorded: &[Recorded]) -> Vec<Flip> {
        let mut flips: Vec<Flip> = Vec::new();
        for was in recorded {
            let is = self.decide(&was.request());
            if is.outcome == was.outcome {
                continue;
            }
            let question = |of: &Recorded| {
                let whom = (of.person.clone(), of.project.clone(), of.dataset.clone());
                (whom, of.operation, of.outcome)
            };
            let same = flips
                .iter_mut()
                .find(|flip| question(&flip.was) == question(was) && flip.is.outcome == is.outcome);
            match same {
                Some(flip) => flip.times += 1,
                None => flips.push(Flip {
                    was: was.clone(),
                    is,
                    times: 1,
                }),
            }
        }
        flips.sort_by_key(|flip| match flip.is.outcome {
            Outcome::Allow => 0,
            Outcome::Refer => 1,
            Outcome::Deny(_) => 2,
        });
        flips
    }
}
