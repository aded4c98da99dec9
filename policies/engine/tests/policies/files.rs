//! A consortium in memory, with one project for each rule, and ways to change it.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use sekisho_policies::{Language, Operation, Outcome, PolicySet, Rejected, Request};

pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// Noon in Tokyo.
pub(crate) const TODAY: &str = "2026-11-21T03:00:00Z";

pub(crate) const PEOPLE: [&str; 9] = [
    "alice", "malice", "bob", "carol", "dan", "eve", "pat", "late", "nobody",
];
pub(crate) const PROJECTS: [&str; 11] = [
    "P-1", "P-2", "P-3", "P-4", "P-5", "P-6", "P-7", "P-8", "P-9", "P-10", "P-99",
];
pub(crate) const DATASETS: [&str; 8] = ["d1", "d2", "d3", "d4", "d5", "d6", "d7", "absent"];

pub(crate) fn uri(person: &str) -> String {
    format!("spiffe://t.example/{person}")
}

pub(crate) fn profile(name: &str, threshold: u64, base: u64, digits: u64) -> Vec<u8> {
    format!(
        "name = \"{name}\"\nsource = \"tests\"\nthreshold = {threshold}\nrounding_base = {base}\nsum_significant_digits = {digits}\ndominance_top2_percent = 90\ndominance_rest_percent = 10\n"
    )
    .into_bytes()
}

/// The consortium that the tests change.
pub(crate) fn base() -> Files {
    let text = |lines: &[&str]| (lines.join("\n") + "\n").into_bytes();
    let mut files = Files::new();
    let mut put = |name: &str, bytes: Vec<u8>| files.insert(name.to_owned(), bytes);
    put("profiles/standard.toml", profile("standard", 10, 5, 3));
    put("profiles/strict.toml", profile("strict", 21, 5, 3));
    put("profiles/technical.toml", profile("technical", 5, 1, 0));
    put(
        "consortium.toml",
        text(&[
            "name = \"Test\"",
            "time_zone = \"Asia/Tokyo\"",
            "default_profile = \"standard\"",
        ]),
    );
    put(
        "members.csv",
        text(&[
            "organisation,name,country,sector,status,since,until",
            "holder,Holder,JP,public,active,2024-01-01,2035-12-31",
            "acad,大学院,JP,academia,active,2024-01-01,2035-12-31",
            "firm,\"Firm, GmbH\",DE,industry,active,2024-01-01,2035-12-31",
            "uni,University,GB,academia,active,2024-01-01,2026-11-21",
            "gone,Gone,JP,academia,removed,2024-01-01,2035-12-31",
            "nowhere,Nowhere,BR,academia,active,2024-01-01,2035-12-31",
        ]),
    );
    put(
        "people.csv",
        text(&[
            "person,organisation,roles,since,until",
            "spiffe://t.example/alice,acad,researcher,2024-01-01,2035-12-31",
            "spiffe://t.example/malice,acad,researcher,2024-01-01,2035-12-31",
            "spiffe://t.example/bob,firm,researcher;operator,2024-01-01,2035-12-31",
            "spiffe://t.example/carol,uni,researcher,2024-01-01,2035-12-31",
            "spiffe://t.example/dan,gone,researcher,2024-01-01,2035-12-31",
            "spiffe://t.example/eve,nowhere,researcher,2024-01-01,2035-12-31",
            "spiffe://t.example/pat,acad,committee,2024-01-01,2035-12-31",
            "spiffe://t.example/late,acad,researcher,2027-01-01,2035-12-31",
        ]),
    );
    put(
        "jurisdictions.csv",
        text(&[
            "country,basis,since,until",
            "JP,domestic,2024-01-01,2035-12-31",
            "DE,contract,2024-01-01,2025-12-31",
            "DE,adequate,2026-01-01,2035-12-31",
            "GB,adequate,2024-01-01,2035-12-31",
        ]),
    );
    put(
        "datasets.csv",
        text(&[
            "dataset,holder,profile,tier_rule,embargo_months,consent_codes",
            "d1,holder,standard,detailed,18,HMB;IRB",
            "d2,holder,,detailed,0,GRU",
            "d3,holder,standard,detailed,0,DS:MONDO:0004992;DS:MONDO:0005061",
            "d4,holder,standard,detailed,0,HMB;PUB",
            "d5,holder,standard,overview,0,GRU;NCU",
            "d6,gone,standard,detailed,0,GRU",
            "d7,holder,standard,detailed,0,GRU",
        ]),
    );
    let project = |number: &str, lead: &str, purpose: &str, rest: &str| {
        format!("{number},Title,{lead},{purpose},{rest}")
    };
    let usual = "non-commercial,E-1,2026-01-01,2035-12-31,approved,1000";
    let cancer = "disease:MONDO:0004992";
    put(
        "projects.csv",
        text(&[
            "project,title,lead,purpose,sector_use,ethics,approved_on,expires_on,status,query_budget",
            &project("P-1", "acad", cancer, usual),
            &project(
                "P-2",
                "firm",
                cancer,
                "commercial,E-2,2026-01-01,2035-12-31,approved,50",
            ),
            &project(
                "P-3",
                "acad",
                cancer,
                "non-commercial,E-3,2025-01-01,2026-11-20,approved,10",
            ),
            &project(
                "P-4",
                "acad",
                cancer,
                "non-commercial,E-4,2026-01-01,2035-12-31,draft,10",
            ),
            &project(
                "P-5",
                "acad",
                cancer,
                "non-commercial,,2026-01-01,2035-12-31,approved,10",
            ),
            &project("P-6", "acad", "insurance", usual),
            &project("P-7", "gone", cancer, usual),
            &project(
                "P-8",
                "acad",
                cancer,
                "non-commercial,E-8,2026-01-01,2035-12-31,suspended,10",
            ),
            &project("P-9", "acad", "disease:MONDO:0000001", usual),
            &project("P-10", "acad", "population-origins", usual),
        ]),
    );
    let teams: Vec<String> = [
        ("P-1", "alice"),
        ("P-1", "carol"),
        ("P-1", "dan"),
        ("P-1", "eve"),
        ("P-1", "pat"),
        ("P-1", "late"),
        ("P-2", "bob"),
        ("P-3", "alice"),
        ("P-4", "alice"),
        ("P-5", "alice"),
        ("P-6", "alice"),
        ("P-7", "alice"),
        ("P-8", "alice"),
        ("P-9", "alice"),
        ("P-10", "alice"),
    ]
    .iter()
    .map(|(project, person)| format!("{project},{}", uri(person)))
    .collect();
    put(
        "teams.csv",
        ["project,person\n", &teams.join("\n"), "\n"]
            .concat()
            .into_bytes(),
    );
    put(
        "grants.csv",
        text(&[
            "project,dataset,tier,operations,columns,profile,effect,since,until",
            "P-1,d1,detailed,*,*,,allow,2026-01-01,2035-12-31",
            "P-1,d2,detailed,*,*,strict,allow,2026-01-01,2026-11-21",
            "P-1,d2,*,receipt,*,,deny,2026-01-01,2035-12-31",
            "P-1,d3,overview,catalog;check;query,sex;individuals.stage,,allow,2026-01-01,2035-12-31",
            "P-1,d4,detailed,*,*,,allow,2026-01-01,2035-12-31",
            "P-1,d5,overview,*,*,,allow,2026-11-22,2035-12-31",
            "P-1,d6,detailed,*,*,,allow,2026-01-01,2035-12-31",
            "P-1,d7,*,*,*,,deny,2026-01-01,2035-12-31",
            "P-2,d1,overview,catalog;query,*,,allow,2026-01-01,2035-12-31",
            "P-2,d5,overview,*,*,,allow,2026-01-01,2035-12-31",
            "P-3,d1,detailed,*,*,,allow,2025-01-01,2035-12-31",
            "P-4,d1,detailed,*,*,,allow,2026-01-01,2035-12-31",
            "P-5,d1,detailed,*,*,,allow,2026-01-01,2035-12-31",
            "P-6,d2,detailed,*,*,,allow,2026-01-01,2035-12-31",
            "P-7,d1,detailed,*,*,,allow,2026-01-01,2035-12-31",
            "P-8,d1,detailed,*,*,,allow,2026-01-01,2035-12-31",
            "P-9,d1,detailed,*,*,,allow,2026-01-01,2035-12-31",
            "P-9,d3,detailed,*,*,,allow,2026-01-01,2035-12-31",
            "P-10,d1,detailed,*,*,,allow,2026-01-01,2035-12-31",
            "P-10,d2,detailed,*,*,,allow,2026-01-01,2035-12-31",
        ]),
    );
    files
}

/// The base with one text of one file replaced.
pub(crate) fn changed(file: &str, from: &str, to: &str) -> Files {
    let mut files = base();
    let text = String::from_utf8(files[file].clone()).unwrap();
    assert!(text.contains(from), "`{from}` does not stand in {file}");
    files.insert(file.to_owned(), text.replacen(from, to, 1).into_bytes());
    files
}

pub(crate) fn load(files: &Files) -> PolicySet {
    PolicySet::from_files(files).unwrap_or_else(|rejected| panic!("{rejected}"))
}

pub(crate) fn ask(
    set: &PolicySet,
    person: &str,
    project: &str,
    dataset: &str,
    operation: Operation,
    at: &str,
) -> sekisho_policies::Decision {
    set.decide(&Request {
        principal: &uri(person),
        project,
        dataset,
        operation,
        at: at.parse().unwrap(),
    })
}

/// Everything that is allowed, to anybody, on a few days.
pub(crate) fn allowed(set: &PolicySet) -> BTreeSet<String> {
    let mut allowed = BTreeSet::new();
    for at in [
        "2025-06-01T03:00:00Z",
        TODAY,
        "2026-11-25T03:00:00Z",
        "2027-06-01T03:00:00Z",
        "2036-06-01T03:00:00Z",
    ] {
        for person in PEOPLE {
            for project in PROJECTS {
                for dataset in DATASETS {
                    for operation in Operation::ALL {
                        let decision = ask(set, person, project, dataset, operation, at);
                        if decision.outcome == Outcome::Allow {
                            allowed
                                .insert(format!("{at} {person} {project} {dataset} {operation}"));
                        }
                    }
                }
            }
        }
    }
    allowed
}

/// The base with a file of other bytes.
pub(crate) fn with(file: &str, bytes: &[u8]) -> Files {
    let mut files = base();
    files.insert(file.to_owned(), bytes.to_vec());
    files
}

/// A folder with these files.
pub(crate) fn written(files: &Files) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    write(files, dir.path());
    dir
}

/// Writes files into a folder.
pub(crate) fn write(files: &Files, to: &Path) {
    for (name, bytes) in files {
        let path = to.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

/// That a rejection says something of a file.
pub(crate) fn refused_in(rejected: &Rejected, file: &str, what: &str) {
    let said = rejected
        .findings
        .iter()
        .map(|finding| finding.said(Language::English));
    let meant = said
        .into_iter()
        .any(|said| said.file == file && said.what.contains(what));
    assert!(meant, "`{what}` is not said of {file}:\n{rejected}");
}
