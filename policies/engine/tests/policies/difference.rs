//! What changes from one set to another, in words.

use sekisho_policies::{Change, Language, PolicySet, Weight};

use crate::{
    files::{Files, TODAY, allowed, base, changed, load, profile, with},
    signed::Committee,
};

fn changes(old: &Files, new: &Files) -> Vec<Change> {
    let at = TODAY.parse().unwrap();
    load(old).difference(&load(new), at).changes
}

fn with_weight(changes: &[Change], weight: Weight) -> Vec<String> {
    let of = changes.iter().filter(|change| change.weight == weight);
    of.map(|change| change.say(Language::English)).collect()
}

/// File, text, its replacement: what widens, or what narrows when it is undone.
#[rustfmt::skip]
const WIDER: [(&str, &str, &str, &str); 21] = [
    ("grants.csv", "P-2,d1,overview,catalog;query", "P-2,d1,overview,catalog;query;budget", "bob gains budget at d1 in P-2 (overview, standard, *), from 2026-11-21 to 2035-12-31"),
    ("grants.csv", "P-2,d1,overview", "P-2,d1,detailed", "tier detailed instead of overview"),
    ("grants.csv", "sex;individuals.stage", "sex;age;individuals.stage", "columns age;individuals.stage;sex instead of individuals.stage;sex"),
    ("grants.csv", "sex;individuals.stage", "*", "columns * instead of individuals.stage;sex"),
    ("grants.csv", ",strict,allow", ",,allow", "profile standard instead of strict"),
    ("grants.csv", "P-1,d2,*,receipt,*,,deny,2026-01-01,2035-12-31", "P-1,d2,*,receipt,*,,deny,2026-01-01,2026-11-20", "alice gains receipt at d2"),
    ("grants.csv", "allow,2026-01-01,2026-11-21", "allow,2026-01-01,2026-11-22", "gains catalog, check, query, budget at d2 in P-1 (detailed, strict, *), from 2026-11-22 to 2026-11-22"),
    ("projects.csv", "approved,50", "approved,500", "500 queries instead of 50"),
    ("projects.csv", "2025-01-01,2026-11-20", "2025-01-01,2035-12-31", "alice gains"),
    ("projects.csv", "E-4,2026-01-01,2035-12-31,draft", "E-4,2026-01-01,2035-12-31,approved", "alice gains"),
    ("projects.csv", "non-commercial,,2026", "non-commercial,E-5,2026", "alice gains"),
    ("projects.csv", "P-1,Title,acad,disease:MONDO:0004992", "P-1,Title,acad,health", "for health, non-commercial instead of disease:MONDO:0004992, non-commercial"),
    ("projects.csv", "P-2,Title,firm,disease:MONDO:0004992,commercial", "P-2,Title,firm,disease:MONDO:0004992,non-commercial", "non-commercial instead of disease:MONDO:0004992, commercial"),
    ("members.csv", "firm,\"Firm, GmbH\",DE", "firm,\"Firm, GmbH\",GB", "from firm (GB) instead of firm (DE)"),
    ("members.csv", "gone,Gone,JP,academia,removed", "gone,Gone,JP,academia,active", "dan gains"),
    ("people.csv", "late,acad,researcher,2027-01-01", "late,acad,researcher,2026-01-01", "late gains"),
    ("people.csv", "pat,acad,committee", "pat,acad,committee;researcher", "pat gains"),
    ("teams.csv", "P-2,spiffe://t.example/bob", "P-2,spiffe://t.example/bob\nP-2,spiffe://t.example/alice", "alice gains"),
    ("datasets.csv", "d1,holder,standard,detailed,18", "d1,holder,standard,detailed,12", "embargo 12 months instead of 18"),
    ("datasets.csv", "d2,holder,,detailed", "d2,holder,,detailed;members", "in acad"),
    ("datasets.csv", "d5,holder,standard,overview,0,GRU;NCU", "d5,holder,standard,overview,0,GRU", "bob gains"),
];

#[test]
fn what_widens_is_said_to_widen_and_undone_to_narrow() {
    for (file, from, to, what) in WIDER {
        let (old, new) = (base(), changed(file, from, to));
        let found = changes(&old, &new);
        let widenings = with_weight(&found, Weight::Widening);
        assert!(
            widenings.iter().any(|said| said.contains(what)),
            "`{what}` is not said of `{to}` in {file}: {found:?}"
        );
        let back = changes(&new, &old);
        let changed_both_ways = ["instead of disease", "instead of firm"];
        if !changed_both_ways.iter().any(|both| what.contains(both)) {
            let widenings = with_weight(&back, Weight::Widening);
            assert!(
                widenings.is_empty() || what.starts_with("for health"),
                "{widenings:?}"
            );
            assert!(
                !with_weight(&back, Weight::Narrowing).is_empty() || what.starts_with("for health")
            );
        }
    }
}

#[test]
fn who_gains_or_loses_anything_is_said() {
    // Every line of every table taken out, one at a time, where the rest still loads.
    let before = allowed(&load(&base()));
    for (file, bytes) in base().iter().filter(|(file, _)| file.ends_with(".csv")) {
        let text = String::from_utf8(bytes.clone()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for at in 1..lines.len() {
            let rest: Vec<&str> = [&lines[..at], &lines[at + 1..]].concat();
            let new = with(file, rest.join("\n").as_bytes());
            let Ok(set) = PolicySet::from_files(&new) else {
                continue;
            };
            let after = allowed(&set);
            // From 2025 on, which is the first day that `allowed` looks at.
            let since = "2025-01-01T00:00:00Z".parse().unwrap();
            let found = load(&base()).difference(&set, since).changes;
            let gains = !after.is_subset(&before);
            let loses = !before.is_subset(&after);
            let said = |verb| {
                let words = found.iter().map(|change| change.say(Language::English));
                words.into_iter().any(|words| words.contains(verb))
            };
            assert_eq!(said(" gains "), gains, "without `{}` of {file}", lines[at]);
            assert_eq!(said(" loses "), loses, "without `{}` of {file}", lines[at]);
        }
    }
}

#[test]
fn widenings_come_first_and_comments_change_nothing() {
    let mut new = changed(
        "grants.csv",
        "P-2,d1,overview,catalog;query",
        "P-2,d1,overview,catalog;check",
    );
    let found = changes(&base(), &new);
    let weights: Vec<Weight> = found.iter().map(|change| change.weight).collect();
    assert_eq!(weights, [Weight::Widening, Weight::Narrowing]);
    new = base();
    let text = String::from_utf8(new["grants.csv"].clone()).unwrap();
    new.insert(
        "grants.csv".to_owned(),
        format!("# for the committee\n{text}").into(),
    );
    assert_eq!(changes(&base(), &new), []);
}

#[test]
fn that_industry_or_consent_alone_is_in_it_no_more_widens() {
    let replace = |files: &mut Files, from: &str, to: &str, file: &str| {
        let text = String::from_utf8(files[file].clone()).unwrap();
        files.insert(file.to_owned(), text.replace(from, to).into());
    };
    let mut old = base();
    replace(
        &mut old,
        "commercial,E-2",
        "non-commercial,E-2",
        "projects.csv",
    );
    let mut new = old.clone();
    replace(&mut new, "DE,industry", "DE,academia", "members.csv");
    let said = with_weight(&changes(&old, &new), Weight::Widening);
    assert!(
        said.iter()
            .any(|said| said.contains("count who did not consent to it")),
        "{said:?}"
    );
    let back = with_weight(&changes(&new, &old), Weight::Narrowing);
    assert!(
        back.iter()
            .any(|said| said.contains("only individuals count who consented")),
        "{back:?}"
    );
    let mut old = base();
    replace(&mut old, "DE,adequate", "DE,consent", "jurisdictions.csv");
    let said = with_weight(&changes(&old, &base()), Weight::Widening);
    assert!(
        said.iter()
            .any(|said| said.contains("adequate instead of consent")),
        "{said:?}"
    );
    let back = with_weight(&changes(&base(), &old), Weight::Narrowing);
    assert!(
        back.iter()
            .any(|said| said.contains("consent instead of adequate")),
        "{back:?}"
    );
}

#[test]
fn a_profile_that_withholds_less_widens_for_all() {
    let milder = with("profiles/standard.toml", &profile("standard", 6, 5, 3));
    let found = changes(&base(), &milder);
    let said = with_weight(&found, Weight::Widening);
    assert_eq!(
        said,
        ["the profile standard withholds less, for all who are released under it"]
    );
    let back = changes(&milder, &base());
    assert_eq!(with_weight(&back, Weight::Widening), Vec::<String>::new());
}

#[test]
fn changes_are_said_in_japanese() {
    for (file, from, to, _) in WIDER {
        for change in changes(&base(), &changed(file, from, to)) {
            assert!(!change.say(Language::Japanese).is_ascii());
        }
    }
}

#[test]
fn who_must_sign_what_comes_next_is_a_change() {
    let [one, two] = [Committee::new(), Committee::new()];
    let page = |committee: &Committee, threshold: &str| {
        let text = String::from_utf8(base()["consortium.toml"].clone()).unwrap();
        let table = committee.table().replace("threshold = 2", threshold);
        with("consortium.toml", format!("{text}\n{table}").as_bytes())
    };
    let (strict, mild) = (page(&one, "threshold = 2"), page(&one, "threshold = 1"));
    for (old, new, said) in [
        (&strict, &mild, "1 people must sign"),
        (&strict, &base(), "nobody need sign"),
        (&strict, &page(&two, "threshold = 2"), "haruka may sign"),
    ] {
        let found = with_weight(&changes(old, new), Weight::Widening);
        assert!(
            found.iter().any(|words| words.contains(said)),
            "{said}: {found:?}"
        );
    }
    assert_eq!(
        with_weight(&changes(&mild, &strict), Weight::Widening),
        Vec::<String>::new()
    );
    assert_eq!(
        with_weight(&changes(&base(), &strict), Weight::Widening),
        Vec::<String>::new()
    );
}
