//! One case for each rule, on both sides of it.

use sekisho_policies::{Denial, Language, Operation, Outcome, Tier};

use crate::files::{TODAY, ask, base, changed, load, uri};

use Operation::{Budget, Catalog, Check, Query, Receipt};

const ALLOW: Outcome = Outcome::Allow;
const REFER: Outcome = Outcome::Refer;
const UNKNOWN: Outcome = Outcome::Deny(Denial::Unknown);
const ABSENT: Outcome = Outcome::Deny(Denial::NotAvailable);
const POLICY: Outcome = Outcome::Deny(Denial::Policy);

type Case = (
    &'static str,
    &'static str,
    &'static str,
    Operation,
    &'static str,
    Outcome,
    &'static str,
);

const LAST_MINUTE: &str = "2026-11-21T14:59:59Z";
const NEXT_DAY: &str = "2026-11-21T15:00:00Z";

#[rustfmt::skip]
const CASES: [Case; 58] = [
    // Granted, by every operation.
    ("alice", "P-1", "d1", Catalog, TODAY, ALLOW, "operation"),
    ("alice", "P-1", "d1", Check, TODAY, ALLOW, "operation"),
    ("alice", "P-1", "d1", Query, TODAY, ALLOW, "operation"),
    ("alice", "P-1", "d1", Budget, TODAY, ALLOW, "operation"),
    ("alice", "P-1", "d1", Receipt, TODAY, ALLOW, "operation"),
    // Days: `until` is inclusive, in Tokyo.
    ("alice", "P-1", "d2", Query, LAST_MINUTE, ALLOW, "operation"),
    ("alice", "P-1", "d2", Query, NEXT_DAY, ABSENT, "not-available"),
    ("alice", "P-1", "d5", Query, LAST_MINUTE, ABSENT, "not-available"),
    ("alice", "P-1", "d5", Query, NEXT_DAY, ALLOW, "operation"),
    ("carol", "P-1", "d1", Query, LAST_MINUTE, ALLOW, "operation"),
    ("carol", "P-1", "d1", Query, NEXT_DAY, UNKNOWN, "unknown-visitor"),
    ("alice", "P-3", "d1", Query, "2026-11-20T14:59:59Z", ALLOW, "operation"),
    ("alice", "P-3", "d1", Query, "2026-11-20T15:00:00Z", POLICY, "project-dates"),
    ("alice", "P-3", "d1", Query, TODAY, POLICY, "project-dates"),
    ("alice", "P-3", "d1", Catalog, TODAY, POLICY, "project-dates"),
    ("alice", "P-1", "d1", Query, "2035-12-31T14:59:59Z", ALLOW, "operation"),
    ("alice", "P-1", "d1", Query, "2035-12-31T15:00:00Z", UNKNOWN, "unknown-visitor"),
    ("alice", "P-1", "d1", Query, "2025-12-31T14:59:59Z", ABSENT, "not-available"),
    ("late", "P-1", "d1", Query, TODAY, UNKNOWN, "unknown-visitor"),
    ("late", "P-1", "d1", Query, "2027-01-01T00:00:00+09:00", ALLOW, "operation"),
    ("alice", "P-1", "d1", Query, "-009998-01-01T00:00:00Z", UNKNOWN, "unknown-visitor"),
    // Who.
    ("nobody", "P-1", "d1", Query, TODAY, UNKNOWN, "unknown-visitor"),
    ("", "P-1", "d1", Query, TODAY, UNKNOWN, "unknown-visitor"),
    ("ALICE", "P-1", "d1", Query, TODAY, UNKNOWN, "unknown-visitor"),
    ("dan", "P-1", "d1", Query, TODAY, UNKNOWN, "unknown-visitor"),
    ("dan", "P-99", "absent", Query, TODAY, UNKNOWN, "unknown-visitor"),
    ("pat", "P-1", "d1", Query, TODAY, POLICY, "role"),
    ("eve", "P-1", "d1", Query, TODAY, POLICY, "jurisdiction"),
    ("eve", "P-1", "d7", Query, TODAY, ABSENT, "not-available"),
    // Team: a name that ends in another's is another's.
    ("malice", "P-1", "d1", Query, TODAY, ABSENT, "not-available"),
    ("bob", "P-1", "d1", Query, TODAY, ABSENT, "not-available"),
    ("alice", "P-2", "d1", Query, TODAY, ABSENT, "not-available"),
    // Project and dataset.
    ("alice", "P-99", "d1", Query, TODAY, ABSENT, "not-available"),
    ("alice", "p-1", "d1", Query, TODAY, ABSENT, "not-available"),
    ("alice", "", "d1", Query, TODAY, ABSENT, "not-available"),
    ("alice", "*", "d1", Query, TODAY, ABSENT, "not-available"),
    ("alice", "P-1", "absent", Query, TODAY, ABSENT, "not-available"),
    ("alice", "P-1", "*", Query, TODAY, ABSENT, "not-available"),
    ("alice", "P-1", "", Query, TODAY, ABSENT, "not-available"),
    ("bob", "P-2", "d2", Query, TODAY, ABSENT, "not-available"),
    ("bob", "P-2", "d2", Catalog, TODAY, ABSENT, "not-available"),
    ("alice", "P-4", "d1", Query, TODAY, POLICY, "project-status"),
    ("alice", "P-5", "d1", Query, TODAY, POLICY, "ethics"),
    ("alice", "P-6", "d2", Query, TODAY, POLICY, "purpose"),
    ("alice", "P-7", "d1", Query, TODAY, POLICY, "project-lead"),
    ("alice", "P-8", "d1", Query, TODAY, POLICY, "project-status"),
    ("alice", "P-1", "d6", Query, TODAY, POLICY, "holder"),
    // Operation.
    ("bob", "P-2", "d1", Query, TODAY, ALLOW, "operation"),
    ("bob", "P-2", "d1", Budget, TODAY, POLICY, "operation"),
    ("alice", "P-1", "d3", Receipt, TODAY, POLICY, "operation"),
    // A deny outweighs every allow; a deny alone is no grant.
    ("alice", "P-1", "d2", Receipt, TODAY, POLICY, "operation"),
    ("alice", "P-1", "d7", Query, TODAY, ABSENT, "not-available"),
    // Consent.
    ("alice", "P-1", "d4", Query, TODAY, REFER, "consent"),
    ("alice", "P-9", "d3", Query, TODAY, REFER, "consent"),
    ("alice", "P-1", "d3", Query, TODAY, ALLOW, "consent"),
    ("alice", "P-10", "d1", Query, TODAY, POLICY, "consent"),
    ("alice", "P-10", "d2", Query, TODAY, ALLOW, "consent"),
    ("bob", "P-2", "d5", Query, TODAY, POLICY, "consent"),
];

#[test]
fn each_rule_decides_on_both_sides_of_it() {
    let set = load(&base());
    for (person, project, dataset, operation, at, outcome, rule) in CASES {
        let decision = ask(&set, person, project, dataset, operation, at);
        let case = format!("{person} {project} {dataset} {operation} {at}: {decision:?}");
        assert_eq!(decision.outcome, outcome, "{case}");
        assert!(
            decision.reasons.iter().any(|reason| reason.rule == rule),
            "{case}"
        );
        assert_eq!(decision.terms.is_some(), outcome == ALLOW, "{case}");
        let silent = decision.reasons.iter().any(|reason| {
            Language::ALL
                .iter()
                .any(|language| reason.message.say(*language).is_empty())
        });
        assert!(!decision.reasons.is_empty() && !silent, "{case}");
    }
}

#[test]
fn what_is_not_available_is_told_in_the_same_bytes_whether_it_exists_or_not() {
    let set = load(&base());
    let told = |person, project, dataset| {
        let decision = ask(&set, person, project, dataset, Query, TODAY);
        let reasons = decision.reasons.iter();
        let words: Vec<_> = reasons.map(|r| (r.rule, r.message.clone())).collect();
        (decision.outcome, words)
    };
    let absent = told("alice", "P-1", "absent");
    assert_eq!(absent, told("alice", "P-1", "d7"), "denied alone");
    assert_eq!(absent, told("alice", "P-1", "d5"), "granted from tomorrow");
    assert_eq!(
        absent,
        told("bob", "P-2", "d2"),
        "granted to another project"
    );
    assert_eq!(absent, told("alice", "P-99", "d1"), "no such project");
    assert_eq!(absent, told("malice", "P-1", "d1"), "not in the team");
    assert_eq!(
        absent,
        told("malice", "P-4", "d1"),
        "not in the team of a draft"
    );
}

#[test]
fn a_reason_for_a_visitor_names_no_other_party() {
    let set = load(&base());
    let others = [
        "gone",
        "firm",
        "uni",
        "bob",
        "carol",
        "P-2",
        "t.example",
        ".csv",
    ];
    for (person, project, dataset, operation, at, outcome, _) in CASES {
        if outcome == ALLOW {
            continue;
        }
        for reason in ask(&set, person, project, dataset, operation, at).reasons {
            let words = format!("{} {}", reason.message, reason.help(Language::English));
            let named = |other: &&str| words.split([' ', ',', ':', '`']).any(|word| word == *other);
            assert_eq!(others.iter().find(|other| named(other)), None, "{words}");
        }
    }
}

#[test]
fn an_allow_carries_the_terms_of_its_row() {
    let set = load(&base());
    let terms = ask(&set, "alice", "P-1", "d3", Query, TODAY).terms.unwrap();
    assert_eq!(terms.data_use.organisation, "acad");
    assert_eq!(terms.data_use.purpose.to_string(), "disease:MONDO:0004992");
    assert_eq!(terms.tier, Tier::Overview);
    assert_eq!(terms.profile, "standard");
    assert_eq!(terms.query_budget, 1000);
    let columns = vec!["sex".to_owned(), "individuals.stage".to_owned()];
    assert_eq!(terms.columns, Some(columns));
    assert_eq!(
        terms.rules,
        [
            "person",
            "member",
            "project",
            "team",
            "dataset",
            "grant",
            "role",
            "project-status",
            "project-dates",
            "project-lead",
            "ethics",
            "purpose",
            "jurisdiction",
            "holder",
            "consent",
            "operation"
        ]
    );
    let stricter = ask(&set, "alice", "P-1", "d2", Query, TODAY).terms.unwrap();
    assert_eq!(
        (stricter.profile.as_str(), stricter.columns),
        ("strict", None)
    );
}

#[test]
fn a_reason_points_the_committee_to_its_line() {
    let set = load(&base());
    let place = |person, project, dataset, operation| {
        let decision = ask(&set, person, project, dataset, operation, TODAY);
        decision.reasons[0].place.to_string()
    };
    assert_eq!(place("alice", "P-3", "d1", Query), "projects.csv:4");
    assert_eq!(place("dan", "P-1", "d1", Query), "members.csv:6");
    assert_eq!(place("alice", "P-1", "d6", Query), "members.csv:6");
    assert_eq!(place("alice", "P-1", "d2", Receipt), "grants.csv:4");
}

#[test]
fn a_visitor_sees_the_datasets_whose_catalogue_is_granted() {
    let set = load(&base());
    let seen = |person: &str, project| set.datasets(&uri(person), project, TODAY.parse().unwrap());
    assert_eq!(seen("alice", "P-1"), ["d1", "d2", "d3"]);
    assert_eq!(seen("bob", "P-2"), ["d1"]);
    assert_eq!(seen("malice", "P-1"), Vec::<String>::new());
    assert_eq!(seen("alice", "P-99"), Vec::<String>::new());
}

#[test]
fn a_deny_holds_on_its_days_alone() {
    let deny = "P-1,d2,*,receipt,*,,deny,2026-01-01,2035-12-31";
    let set = load(&changed(
        "grants.csv",
        deny,
        "P-1,d2,*,receipt,*,,deny,2026-01-01,2026-11-20",
    ));
    let outcome = |at| ask(&set, "alice", "P-1", "d2", Receipt, at).outcome;
    assert_eq!(outcome("2026-11-20T14:59:59Z"), POLICY);
    assert_eq!(outcome("2026-11-20T15:00:00Z"), ALLOW);
}

#[test]
fn a_person_spelt_like_a_project_is_nobody() {
    let set = load(&base());
    let decision = set.decide(&sekisho_policies::Request {
        principal: "P-1",
        project: "P-1",
        dataset: "d1",
        operation: Query,
        at: TODAY.parse().unwrap(),
    });
    assert_eq!(decision.outcome, UNKNOWN);
}
