//! The rules of a decision, in the order in which they are asked.

use crate::decision::Denial;

/// A condition's name, who may be told of it, and the entries of its words.
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    pub(crate) denial: Denial,
    pub(crate) holds: &'static str,
    /// Its `help` says what to do.
    pub(crate) fails: &'static str,
}

const fn rule(
    name: &'static str,
    denial: Denial,
    holds: &'static str,
    fails: &'static str,
) -> Rule {
    Rule {
        name,
        denial,
        holds,
        fails,
    }
}

pub(crate) const PERSON: Rule = rule("person", Denial::Unknown, "person-holds", "person-fails");
pub(crate) const MEMBER: Rule = rule("member", Denial::Unknown, "member-holds", "member-fails");
pub(crate) const PROJECT: Rule = rule(
    "project",
    Denial::NotAvailable,
    "project-holds",
    "project-fails",
);
pub(crate) const TEAM: Rule = rule("team", Denial::NotAvailable, "team-holds", "team-fails");
pub(crate) const DATASET: Rule = rule(
    "dataset",
    Denial::NotAvailable,
    "dataset-holds",
    "dataset-fails",
);
pub(crate) const GRANT: Rule = rule("grant", Denial::NotAvailable, "grant-holds", "grant-fails");
pub(crate) const MEMBERSHIP: Rule = rule(
    "membership",
    Denial::NotAvailable,
    "membership-holds",
    "membership-fails",
);
pub(crate) const ROLE: Rule = rule("role", Denial::Policy, "role-holds", "role-fails");
pub(crate) const STATUS: Rule = rule(
    "project-status",
    Denial::Policy,
    "project-status-holds",
    "project-status-fails",
);
pub(crate) const DATES: Rule = rule(
    "project-dates",
    Denial::Policy,
    "project-dates-holds",
    "project-dates-fails",
);
pub(crate) const LEAD: Rule = rule(
    "project-lead",
    Denial::Policy,
    "project-lead-holds",
    "project-lead-fails",
);
pub(crate) const ETHICS: Rule = rule("ethics", Denial::Policy, "ethics-holds", "ethics-fails");
pub(crate) const PURPOSE: Rule = rule("purpose", Denial::Policy, "purpose-holds", "purpose-fails");
pub(crate) const JURISDICTION: Rule = rule(
    "jurisdiction",
    Denial::Policy,
    "jurisdiction-holds",
    "jurisdiction-fails",
);
pub(crate) const HOLDER: Rule = rule("holder", Denial::Policy, "holder-holds", "holder-fails");
pub(crate) const CONSENT: Rule = rule("consent", Denial::Policy, "consent-holds", "consent-fails");
pub(crate) const OPERATION: Rule = rule(
    "operation",
    Denial::Policy,
    "operation-holds",
    "operation-fails",
);
/// The dataset's holder decides for itself.
pub(crate) const HELD: Rule = rule("held", Denial::NotAvailable, "held-holds", "held-fails");
pub(crate) const HOLDER_TIER: Rule = rule(
    "holder-tier",
    Denial::Policy,
    "holder-tier-holds",
    "holder-tier-fails",
);
pub(crate) const HOLDER_RULES: Rule = rule(
    "holder-rules",
    Denial::Policy,
    "holder-rules-hold",
    "holder-rules-fail",
);

/// Every rule of the consortium's door.
pub(crate) const CONSORTIUM: [&Rule; 17] = [
    &PERSON,
    &MEMBER,
    &PROJECT,
    &TEAM,
    &DATASET,
    &GRANT,
    &MEMBERSHIP,
    &ROLE,
    &STATUS,
    &DATES,
    &LEAD,
    &ETHICS,
    &PURPOSE,
    &JURISDICTION,
    &HOLDER,
    &CONSENT,
    &OPERATION,
];

/// The reasons that strangers, and people without a grant, are given.
pub(crate) const UNKNOWN_VISITOR: &str = "unknown-visitor";
pub(crate) const NOT_AVAILABLE: &str = "not-available";

/// Whether a reason can have this name.
pub(crate) fn is_rule(name: &str) -> bool {
    let named = CONSORTIUM.iter().any(|rule| rule.name == name);
    named || [UNKNOWN_VISITOR, NOT_AVAILABLE].contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_has_a_row_of_every_rule() {
        let reference = include_str!("../../../REFERENCE.md");
        let rules = CONSORTIUM
            .into_iter()
            .chain([&HELD, &HOLDER_TIER, &HOLDER_RULES]);
        for rule in rules {
            let row = format!("\n| `{}` | ", rule.name);
            assert!(reference.contains(&row), "{}", rule.name);
        }
    }
}
