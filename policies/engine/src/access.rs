//! Who may do what, when: a set's decisions for one person, project and dataset over time.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{ToSpan as _, civil::Date};

use crate::{
    decision::{Outcome, Terms, Tier},
    purpose::{Basis, Purpose, SectorUse},
    record::Period,
    request::{Operation, Request},
    set::PolicySet,
};

/// Somebody, in a project, at a dataset.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Whom {
    /// The person, as the URI of the certificate.
    pub person: String,
    /// The project.
    pub project: String,
    /// The dataset.
    pub dataset: String,
}

/// What is open to somebody on one day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// What is allowed, each with its terms.
    pub allowed: BTreeMap<Operation, AccessTerms>,
    /// What a person must judge.
    pub referred: BTreeSet<Operation>,
}

/// The terms that make one allow wider than another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessTerms {
    /// How deep.
    pub tier: Tier,
    /// The release profile.
    pub profile: String,
    /// The columns; all if it is none.
    pub columns: Option<BTreeSet<String>>,
    /// Queries.
    pub query_budget: u64,
    /// Months.
    pub embargo_months: u16,
    /// What it is for: the individuals' own consent is asked about it.
    pub purpose: (Purpose, SectorUse),
    /// Where the visitor is from: organisation and country.
    pub from: (String, String),
    /// Whether individuals count who did not consent to industry: not where industry takes part.
    pub industry: bool,
    /// Where it is consent alone, individuals count who named the country.
    pub basis: Option<Basis>,
}

impl Access {
    fn add(&mut self, operation: Operation, outcome: Outcome, terms: Option<Terms>) {
        match (outcome, terms) {
            (Outcome::Allow, Some(terms)) => {
                self.allowed.insert(operation, AccessTerms::of(terms));
            }
            (Outcome::Refer, _) => {
                self.referred.insert(operation);
            }
            _ => {}
        }
    }

    /// Whether nothing is open.
    pub fn is_nothing(&self) -> bool {
        self.allowed.is_empty() && self.referred.is_empty()
    }
}

impl AccessTerms {
    fn of(terms: Terms) -> AccessTerms {
        AccessTerms {
            tier: terms.tier,
            profile: terms.profile,
            columns: terms.columns.map(|columns| columns.into_iter().collect()),
            query_budget: terms.query_budget,
            embargo_months: terms.embargo_months,
            purpose: (terms.data_use.purpose, terms.data_use.sector_use),
            industry: terms.data_use.industry,
            basis: terms.data_use.basis,
            from: (terms.data_use.organisation, terms.data_use.country),
        }
    }
}

impl PolicySet {
    /// Everybody who may have access to something.
    pub(crate) fn everybody(&self) -> BTreeSet<Whom> {
        let mut everybody = BTreeSet::new();
        for (project, datasets) in &self.grants {
            let people = self.teams.get(project).map(|team| team.people.keys());
            for person in people.into_iter().flatten() {
                everybody.extend(datasets.keys().map(|dataset| Whom {
                    person: person.clone(),
                    project: project.clone(),
                    dataset: dataset.clone(),
                }));
            }
        }
        let open = self.datasets.values().filter(|d| d.tiers.open_to_members);
        for dataset in open {
            everybody.extend(self.people.values().map(|person| Whom {
                person: person.person.clone(),
                project: person.organisation.clone(),
                dataset: dataset.dataset.clone(),
            }));
        }
        everybody
    }

    /// What is open to somebody on a day.
    pub fn access(&self, whom: &Whom, day: Date) -> Access {
        let mut access = Access::default();
        let Some(at) = self.noon(day) else {
            return access;
        };
        for operation in Operation::ALL {
            let decision = self.decide(&Request {
                principal: &whom.person,
                project: &whom.project,
                dataset: &whom.dataset,
                operation,
                at,
            });
            access.add(operation, decision.outcome, decision.terms);
        }
        access
    }

    /// The days on which what is open to somebody may change: the first of each span, and the first
    /// after it.
    pub(crate) fn turns(&self, whom: &Whom) -> BTreeSet<Date> {
        let mut turns = BTreeSet::new();
        let mut add = |period: Period| {
            turns.insert(period.since);
            turns.extend(period.until.tomorrow().ok());
        };
        if let Some(person) = self.people.get(&whom.person) {
            add(person.period);
            if let Some(member) = self.members.get(&person.organisation) {
                add(member.period);
                let bases = self.jurisdictions.get(&member.country).into_iter();
                bases.flatten().for_each(|basis| add(basis.period));
            }
        }
        let project = self.projects.get(&whom.project);
        let dataset = self.datasets.get(&whom.dataset);
        let lead = project.map(|project| &project.lead);
        let holder = dataset.map(|dataset| &dataset.holder);
        for organisation in lead.into_iter().chain(holder) {
            if let Some(member) = self.members.get(organisation) {
                add(member.period);
            }
        }
        let grants = self.grants_of(&whom.project, &whom.dataset).iter();
        grants.for_each(|grant| add(grant.period));
        let judgements = self.judgements_of(&whom.project, &whom.dataset).iter();
        judgements.for_each(|judgement| add(judgement.period));
        if let Some(project) = project {
            add(project.period);
            for limit in dataset.into_iter().flat_map(|d| d.consent.limits_in_time()) {
                let end = match limit {
                    Ok(day) => day.tomorrow().ok(),
                    Err(months) => {
                        let months = i64::from(months).months();
                        project.period.since.checked_add(months).ok()
                    }
                };
                turns.extend(end);
            }
        }
        turns
    }
}
