//! A holder's rules as casbin decides them.

use super::{record::Rule, sector_word, word};
use crate::{
    casbin::{Judge, ONLY, Rules},
    purpose::{DataUse, Word as _},
};

/// The model that decides; the same text as `policies/holder.conf`.
const MODEL: &str = include_str!("../../../holder.conf");

/// Whom a holder admits.
pub(super) struct Admission(Judge);

impl Admission {
    pub(super) fn new(rules: &[Rule]) -> Result<Admission, String> {
        let lines = rules.iter().map(|rule| {
            let line = vec![
                word(&rule.dataset),
                word(&rule.project),
                word(&rule.organisation),
                word(&rule.country),
                sector_word(rule),
                rule.period.since.to_string(),
                rule.period.until.to_string(),
                if rule.allows { "allow" } else { "deny" }.to_owned(),
            ];
            (ONLY.to_owned(), line)
        });
        let rules = Rules {
            lines: lines.collect(),
            roles: Vec::new(),
        };
        Judge::new(MODEL, rules).map(Admission)
    }

    /// Whether casbin admits a use of a dataset.
    pub(super) fn allows(&self, dataset: &str, of: &DataUse) -> Result<bool, String> {
        let request = vec![
            dataset.to_owned(),
            of.project.clone(),
            of.organisation.clone(),
            of.country.clone(),
            of.sector.word().to_owned(),
            of.day.to_string(),
        ];
        self.0.allows(ONLY, request)
    }
}
