//! The rules of a decision, in the order in which they are asked, and what they say.

use crate::decision::Denial;

/// A condition's name, who may be told of it, and its words.
pub(super) struct Rule {
    pub(super) name: &'static str,
    pub(super) denial: Denial,
    pub(super) holds: &'static str,
    pub(super) fails: &'static str,
    pub(super) help: &'static str,
}

const fn rule(
    name: &'static str,
    denial: Denial,
    holds: &'static str,
    fails: &'static str,
    help: &'static str,
) -> Rule {
    Rule {
        name,
        denial,
        holds,
        fails,
        help,
    }
}

pub(super) const PERSON: Rule = rule(
    "person",
    Denial::Unknown,
    "the person is entered and in force",
    "the person is not entered, or not in force on this day",
    "enter the person in people.csv",
);
pub(super) const MEMBER: Rule = rule(
    "member",
    Denial::Unknown,
    "the organisation is a member in force",
    "the organisation is not a member in force on this day",
    "see its row of members.csv",
);
pub(super) const PROJECT: Rule = rule(
    "project",
    Denial::NotAvailable,
    "the project is entered",
    "the project is not entered",
    "enter it in projects.csv",
);
pub(super) const TEAM: Rule = rule(
    "team",
    Denial::NotAvailable,
    "the person is in the project's team",
    "the person is not in the project's team",
    "enter the person in teams.csv",
);
pub(super) const DATASET: Rule = rule(
    "dataset",
    Denial::NotAvailable,
    "the dataset is entered",
    "the dataset is not entered",
    "enter it in datasets.csv",
);
pub(super) const GRANT: Rule = rule(
    "grant",
    Denial::NotAvailable,
    "the project holds a grant of the dataset on this day",
    "the project holds no grant of the dataset on this day",
    "add a row to grants.csv, or extend its `until`",
);
pub(super) const ROLE: Rule = rule(
    "role",
    Denial::Policy,
    "the person is entered as a researcher",
    "visits are for people entered with the role `researcher`",
    "ask your organisation's contact to have the role added",
);
pub(super) const STATUS: Rule = rule(
    "project-status",
    Denial::Policy,
    "the project is approved",
    "the project is not approved",
    "ask the data-use review committee about the project's status",
);
pub(super) const DATES: Rule = rule(
    "project-dates",
    Denial::Policy,
    "the project's approval is in force",
    "the project's approval is not in force",
    "apply to the data-use review committee for an extension",
);
pub(super) const LEAD: Rule = rule(
    "project-lead",
    Denial::Policy,
    "the project's lead organisation is a member in force",
    "the project's lead organisation is not a member in force",
    "ask the data-use review committee to name another lead",
);
pub(super) const ETHICS: Rule = rule(
    "ethics",
    Denial::Policy,
    "an ethics approval is on record",
    "no ethics approval is on record for the project",
    "send the approval of your ethics committee to the data-use review committee",
);
pub(super) const PURPOSE: Rule = rule(
    "purpose",
    Denial::Policy,
    "the project's purpose is not a prohibited one",
    "insurance, employment and re-identification are prohibited purposes",
    "no dataset of this consortium can be used for it",
);
pub(super) const JURISDICTION: Rule = rule(
    "jurisdiction",
    Denial::Policy,
    "data may be visited from the organisation's country",
    "there is no legal basis on this day for visits from your organisation's country",
    "ask the data-use review committee whether a contract can cover it",
);
pub(super) const HOLDER: Rule = rule(
    "holder",
    Denial::Policy,
    "the dataset's holder is a member in force",
    "the dataset's holder does not take part at present",
    "ask the data-use review committee when it will be back",
);
pub(super) const CONSENT: Rule = rule(
    "consent",
    Denial::Policy,
    "the individuals' consent covers the project's purpose",
    "the individuals' consent does not cover this project's purpose",
    "the data-use review committee can tell which datasets fit the purpose",
);
pub(super) const OPERATION: Rule = rule(
    "operation",
    Denial::Policy,
    "the grant covers the operation and nothing bars it",
    "the grant does not cover this operation, or it is barred",
    "apply to the data-use review committee for a grant that covers it",
);
