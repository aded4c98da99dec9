//! What a visitor is told of an answer that is not yes.

use crate::{
    decision::Reason,
    words::{Language, Words},
};

/// The rules that stand against a request, in one language, without their places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    /// What stands against it.
    pub message: String,
    /// What to do next.
    pub help: String,
    /// The rules' names, separated by commas.
    pub rules: String,
}

/// What only the enclave can tell of a permit: it knows the profiles and the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beyond {
    /// An overview is counts, and the query asks for more.
    OverviewCounts,
    /// An overview has at most two group keys.
    OverviewKeys,
    /// The consortium names a milder release profile than the holder lets stand.
    ReleaseProfile,
}

impl Telling {
    /// What reasons say together.
    pub fn of(reasons: &[Reason], language: Language) -> Telling {
        let joined = |part: &dyn Fn(&Reason) -> String, between| {
            let parts = reasons.iter().map(part).filter(|part| !part.is_empty());
            let mut parts: Vec<String> = parts.collect();
            parts.dedup();
            parts.join(between)
        };
        Telling {
            message: joined(&|reason| reason.message.say(language), "; "),
            help: joined(&|reason| reason.help(language), "; "),
            rules: joined(&|reason| reason.rule.to_owned(), ","),
        }
    }
}

impl Beyond {
    /// What is told of it.
    pub fn telling(self, language: Language) -> Telling {
        let (rule, words) = match self {
            Beyond::OverviewCounts => ("tier", Words::of("overview-counts")),
            Beyond::OverviewKeys => ("tier", Words::of("overview-keys")),
            Beyond::ReleaseProfile => ("holder-profile", Words::of("holder-profile")),
        };
        Telling {
            message: words.say(language),
            help: words.help(language),
            rules: rule.to_owned(),
        }
    }
}
