//! The consortium that is shipped works as it stands.

use std::path::PathBuf;

use sekisho_policies::{Decision, Denial, Operation, Outcome, PolicySet, Request, Tier};

pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../consortium")
}

fn ask(person: &str, project: &str, dataset: &str, operation: Operation, at: &str) -> Decision {
    let set = PolicySet::load(&folder()).unwrap_or_else(|rejected| panic!("{rejected}"));
    set.decide(&Request {
        principal: &format!("spiffe://consortium.example/people/{person}"),
        project,
        dataset,
        operation,
        at: at.parse().unwrap(),
    })
}

const DAYS: [&str; 3] = [
    "2026-11-21T00:00:00Z",
    "2030-02-28T12:00:00Z",
    "2035-12-30T12:00:00Z",
];

#[test]
fn the_researcher_visits_both_datasets_in_detail() {
    for at in DAYS {
        for dataset in ["demo-cancer", "demo-control"] {
            for operation in Operation::ALL {
                let decision = ask("aiko-tanaka", "P-0001", dataset, operation, at);
                assert_eq!(decision.outcome, Outcome::Allow, "{decision:?}");
                let terms = decision.terms.unwrap();
                assert_eq!((terms.tier, terms.query_budget), (Tier::Detailed, 10_000));
                assert_eq!(terms.profile, "standard");
            }
        }
    }
}

#[test]
fn the_company_gets_an_overview_of_one_dataset_and_the_other_is_not_available() {
    for at in DAYS {
        let granted = ask("max-weber", "P-0002", "demo-cancer", Operation::Query, at);
        assert_eq!(granted.terms.unwrap().tier, Tier::Overview);
        let decision = ask("max-weber", "P-0002", "demo-control", Operation::Query, at);
        assert_eq!(decision.outcome, Outcome::Deny(Denial::NotAvailable));
        let decision = ask("max-weber", "P-0001", "demo-cancer", Operation::Query, at);
        assert_eq!(decision.outcome, Outcome::Deny(Denial::NotAvailable));
    }
}

#[test]
fn the_expired_project_is_told_when_its_approval_ended() {
    for at in DAYS {
        let decision = ask("emma-clarke", "P-0003", "demo-cancer", Operation::Query, at);
        assert_eq!(decision.outcome, Outcome::Deny(Denial::Policy));
        assert_eq!(decision.reasons.len(), 1, "{decision:?}");
        assert_eq!(decision.reasons[0].rule, "project-dates");
        assert!(
            decision.reasons[0]
                .message
                .to_string()
                .contains("2026-09-30"),
            "{decision:?}"
        );
    }
}

#[test]
fn a_removed_members_person_is_unknown_though_still_in_a_team() {
    for at in DAYS {
        let decision = ask("dana-reed", "P-0001", "demo-cancer", Operation::Query, at);
        assert_eq!(decision.outcome, Outcome::Deny(Denial::Unknown));
    }
}

#[test]
fn the_catalogue_shows_what_is_granted() {
    let set = PolicySet::load(&folder()).unwrap();
    let seen = |person: &str, project: &str| {
        let person = format!("spiffe://consortium.example/people/{person}");
        set.datasets(&person, project, DAYS[0].parse().unwrap())
    };
    assert_eq!(
        seen("aiko-tanaka", "P-0001"),
        ["demo-cancer", "demo-control"]
    );
    assert_eq!(seen("max-weber", "P-0002"), ["demo-cancer"]);
    assert_eq!(seen("emma-clarke", "P-0003"), Vec::<String>::new());
}

#[test]
fn a_folder_linked_as_kubernetes_mounts_it_loads_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("..2026_11_21");
    std::fs::create_dir_all(data.join("profiles")).unwrap();
    std::fs::create_dir(dir.path().join("profiles")).unwrap();
    for sub in ["", "profiles"] {
        for entry in std::fs::read_dir(folder().join(sub)).unwrap() {
            let entry = entry.unwrap();
            if entry.path().is_file() {
                let kept = data.join(sub).join(entry.file_name());
                std::fs::copy(entry.path(), &kept).unwrap();
                let link = dir.path().join(sub).join(entry.file_name());
                std::os::unix::fs::symlink(kept, link).unwrap();
            }
        }
    }
    let mounted = PolicySet::load(dir.path()).unwrap();
    assert_eq!(
        mounted.digest(),
        PolicySet::load(&folder()).unwrap().digest()
    );
}
