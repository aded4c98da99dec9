//! A data holder's own files: the second door, behind the consortium's.

mod admission;
mod read;
mod record;

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use jiff::{civil::Date, tz::TimeZone};
use serde::Serialize;

use crate::{
    conditions::{
        Asked, Condition, decide, not_available,
        rules::{HELD, HOLDER_RULES, HOLDER_TIER},
    },
    decision::{Outcome, Place, Reason, Tier},
    demand::{self, Demand},
    duo::{Codes, Kind, answers},
    files::Files,
    finding::{Finding, Rejected},
    individual::ConsentTerms,
    page::Signing,
    purpose::{DataUse, Judged, Word as _},
    words::Words,
};

use admission::Admission;
pub(crate) use record::SCHEMAS;
use record::{Held, HolderJudgement};

/// An immutable set of a holder's policies, as its files stood when it was loaded.
pub struct HolderSet {
    digest: [u8; 32],
    name: String,
    zone: TimeZone,
    signing: Option<Signing>,
    datasets: HashMap<String, Held>,
    judgements: Vec<HolderJudgement>,
    rules: Vec<record::Rule>,
    casbin: Admission,
}

/// What the consortium's door let pass, put to the holder.
#[derive(Debug, Clone, Copy)]
pub struct HolderRequest<'a> {
    /// The dataset.
    pub dataset: &'a str,
    /// How deep the visitor may look.
    pub tier: Tier,
    /// Who uses the data for what.
    pub data_use: &'a DataUse,
    /// When; days are counted in the holder's time zone.
    pub at: jiff::Timestamp,
}

/// A holder's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolderDecision {
    /// Allow, refer or deny.
    pub outcome: Outcome,
    /// The rules that made it so, as for [`Decision`](crate::Decision).
    pub reasons: Vec<Reason>,
    /// `Some` exactly on an allow.
    pub terms: Option<HolderTerms>,
    /// SHA-256 of the files that decided.
    pub digest: [u8; 32],
}

/// What a holder's allow allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolderTerms {
    /// The mildest release profile that a permit may name.
    pub profile: String,
    /// Months after registration in which an individual is not counted.
    pub embargo_months: u16,
    /// What an individual consented to of whom no consent is on record. `None`: such individuals
    /// are not counted.
    pub without_record: Option<ConsentTerms>,
    /// The dataset's codes, which people judged.
    pub codes: Codes,
    /// The use, with the holder's day and with what the holder judged.
    pub data_use: DataUse,
}

/// What a holder's set holds, in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HolderSummary {
    /// The holder.
    pub name: String,
    /// The digest of the files, in hexadecimal.
    pub digest: String,
    /// Rows of `datasets.csv`.
    pub datasets: usize,
    /// Rows of `rules.csv`.
    pub rules: usize,
}

impl HolderSet {
    /// Reads the files of a folder.
    ///
    /// # Errors
    ///
    /// Everything in them that cannot be read as meant.
    pub fn load(dir: &Path) -> Result<HolderSet, Rejected> {
        HolderSet::load_demanding(dir, None, |_| Ok(()))
    }

    /// The same, if the files are signed as demanded and fit what else there is.
    ///
    /// # Errors
    ///
    /// As [`HolderSet::load`], what is missing or wrong about the signatures, and what does not
    /// fit.
    pub fn load_demanding<E: From<Rejected>>(
        dir: &Path,
        demand: Option<&Demand>,
        fits: impl FnOnce(&HolderSet) -> Result<(), E>,
    ) -> Result<HolderSet, E> {
        demand::load(dir, demand, |files| {
            let set = HolderSet::from_files(files)?;
            fits(&set).map(|()| set)
        })
    }

    /// The same from files in memory: names relative to the folder, and their bytes.
    ///
    /// # Errors
    ///
    /// As [`HolderSet::load`].
    pub fn from_files(files: &Files) -> Result<HolderSet, Rejected> {
        read::holder(files).map_err(Rejected::of)
    }

    /// SHA-256 over the names and bytes of the files, sorted by name.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// The holder's name: the organisation that collected the data of those of whom nothing else
    /// is on record.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the holder offers a dataset.
    pub fn offers(&self, dataset: &str) -> bool {
        self.datasets.contains_key(dataset)
    }

    /// The datasets, each with the mildest release profile that a permit may name.
    pub fn profiles(&self) -> impl Iterator<Item = (&str, &str)> {
        let datasets = self.datasets.values();
        datasets.map(|held| (held.dataset.as_str(), held.profile.as_str()))
    }

    /// Who signs what comes into force; nobody need if it is none.
    pub fn signing(&self) -> Option<&Signing> {
        self.signing.as_ref()
    }

    /// What the set holds, in numbers.
    pub fn summary(&self) -> HolderSummary {
        HolderSummary {
            name: self.name.clone(),
            digest: hex::encode(self.digest),
            datasets: self.datasets.len(),
            rules: self.rules.len(),
        }
    }

    /// What is worth a look at this moment and no reason to refuse.
    pub fn warnings(&self, at: jiff::Timestamp) -> Vec<Finding> {
        let today = self.day(at);
        let over = self.rules.iter().filter(|rule| rule.period.until < today);
        let rules = over.map(|rule| {
            let words = Words::of("grant-over").with("until", rule.period.until);
            Finding::warning("rules.csv", rule.line, words)
        });
        let over = self.judgements.iter().filter(|j| j.period.until < today);
        let judgements = over.map(|judgement| {
            let words = Words::of("judgement-over").with("until", judgement.period.until);
            Finding::warning("judgements.csv", judgement.line, words)
        });
        let mut findings: Vec<Finding> = rules.chain(judgements).collect();
        findings.sort();
        findings
    }

    /// Decides. Never panics: what goes wrong inside is a deny.
    pub fn decide(&self, request: &HolderRequest<'_>) -> HolderDecision {
        self.explain(request).1
    }

    /// Decides, and shows every condition that was asked.
    pub fn explain(&self, request: &HolderRequest<'_>) -> (Vec<Condition>, HolderDecision) {
        let asked = catch_unwind(AssertUnwindSafe(|| self.examine(request)));
        asked.unwrap_or_else(|_| {
            let (outcome, reasons) = not_available(Place::of("rules.csv", 1));
            (Vec::new(), self.decision(outcome, reasons, None))
        })
    }

    fn examine(&self, request: &HolderRequest<'_>) -> (Vec<Condition>, HolderDecision) {
        let mut asked = Asked::default();
        let terms = self.ask(request, &mut asked);
        let (outcome, reasons) = decide(&asked.0, terms.is_some());
        let terms = terms.filter(|_| outcome == Outcome::Allow);
        (asked.0, self.decision(outcome, reasons, terms))
    }

    fn ask(&self, request: &HolderRequest<'_>, asked: &mut Asked) -> Option<HolderTerms> {
        let held = self.datasets.get(request.dataset);
        let line = held.map_or(1, |held| held.line);
        let own = || Place::of("datasets.csv", line);
        asked.note(&HELD, held.is_some(), own());
        let held = held?;
        asked.note(&HOLDER_TIER, request.tier <= held.deepest, own());
        let day = self.day(request.at);
        let mut data_use = request.data_use.clone();
        data_use.day = day;
        // A gateway that was taken over cannot stretch a limit that counts from the approval.
        data_use.approved_on = data_use.approved_on.min(day);
        // Whether the holder takes part, nobody else can say.
        data_use.holder_takes_part = data_use.organisation == self.name;
        data_use
            .judged
            .retain(|other| other.kind != Kind::Col || !other.met);
        // Its word on a condition takes the place of the consortium's.
        for judgement in self.judged(request.dataset, &data_use.project, day) {
            data_use.judged.retain(|other| other.kind != judgement.kind);
            data_use.judged.push(judgement);
        }
        asked.note_consent(answers(&held.terms.codes, &data_use), &own());
        let line = self.deciding_rule(request.dataset, &data_use);
        let allowed = self.casbin.allows(request.dataset, &data_use);
        let place = Place::of("rules.csv", line);
        asked.note(&HOLDER_RULES, allowed == Ok(true), place);
        Some(HolderTerms {
            profile: held.profile.clone(),
            embargo_months: held.embargo_months,
            without_record: held.counted_without_record.then(|| held.terms.clone()),
            codes: held.terms.codes.clone(),
            data_use,
        })
    }

    /// The holder's day at a moment.
    fn day(&self, at: jiff::Timestamp) -> Date {
        at.to_zoned(self.zone.clone()).date()
    }

    fn judged(&self, dataset: &str, project: &str, day: Date) -> impl Iterator<Item = Judged> {
        let of = self.judgements.iter().filter(move |judgement| {
            judgement.dataset == dataset
                && judgement.project == project
                && judgement.period.holds(day)
        });
        of.map(|judgement| Judged {
            kind: judgement.kind,
            met: judgement.met,
        })
    }

    /// The line that casbin's answer rests on: a deny that matches, or else an allow.
    fn deciding_rule(&self, dataset: &str, of: &DataUse) -> u64 {
        let matching = || self.rules.iter().filter(|rule| rule.meets(dataset, of));
        let deny = matching().find(|rule| !rule.allows);
        let deciding = deny.or_else(|| matching().next());
        deciding.map_or(1, |rule| rule.line)
    }

    fn decision(
        &self,
        outcome: Outcome,
        reasons: Vec<Reason>,
        terms: Option<HolderTerms>,
    ) -> HolderDecision {
        HolderDecision {
            outcome,
            reasons,
            terms,
            digest: self.digest,
        }
    }
}

impl std::fmt::Debug for HolderSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("HolderSet").field(&self.summary()).finish()
    }
}

impl record::Rule {
    /// Whether the row is about this use.
    fn meets(&self, dataset: &str, of: &DataUse) -> bool {
        let is = |meant: &Option<String>, found: &str| meant.as_deref().is_none_or(|m| m == found);
        is(&self.dataset, dataset)
            && is(&self.project, &of.project)
            && is(&self.organisation, &of.organisation)
            && is(&self.country, &of.country)
            && self.sector.is_none_or(|sector| sector == of.sector)
            && self.period.holds(of.day)
    }
}

/// A word of a rule as casbin has it.
fn word(value: &Option<String>) -> String {
    value.clone().unwrap_or_else(|| "*".to_owned())
}

fn sector_word(rule: &record::Rule) -> String {
    rule.sector.map_or("*", |sector| sector.word()).to_owned()
}
