//! Slips of the kind people make in files: each is refused or read as meant, and none widens.

use sekisho_policies::{Finding, Language, PolicySet, Said};

use crate::files::{Files, allowed, base, changed, load, with};

const DENY: &str = "P-1,d2,*,receipt,*,,deny,2026-01-01,2035-12-31";
pub(crate) const FIRST: &str = "P-1,d1,detailed,*,*,,allow,2026-01-01,2035-12-31";

/// File, text, its replacement, what the finding says.
type Refused = (&'static str, &'static str, &'static str, &'static str);

#[rustfmt::skip]
const REFUSED: [Refused; 83] = [
    // Measured on casbin: each of these dropped or blunted a deny.
    ("grants.csv", DENY, "P-1，d2，*，receipt，*，，deny，2026-01-01，2035-12-31", "full-width"),
    ("grants.csv", DENY, "P-1,d2,*,receipt,*,，deny,2026-01-01,2035-12-31", "full-width"),
    ("grants.csv", DENY, "P-1,d2,*,receipt,*,,deny,2026-01-01,2035-12-31 # closed", "`#`"),
    ("grants.csv", DENY, "P-1,d2,*,receipt,*,,deny # closed,2026-01-01,2035-12-31", "`#`"),
    ("grants.csv", DENY, "P-1,d2,*,receipt,*,,deny,2026-01-01", "8 cells"),
    ("grants.csv", DENY, "P-1,d2,*,receipt,*,,deny,2026-01-01,2035-12-31,x", "10 cells"),
    ("grants.csv", DENY, "P-1,d2,*,receipt,*,,deny,2026-01-01,2035-12-31,", "10 cells"),
    ("grants.csv", DENY, "P, P-1,d2,*,receipt,*,,deny,2026-01-01,2035-12-31", "10 cells"),
    ("grants.csv", DENY, "P-1;d2;*;receipt;*;;deny;2026-01-01;2035-12-31", "1 cells"),
    ("grants.csv", ",deny,", ",denied,", "none of allow|deny"),
    ("grants.csv", ",deny,", ",,", "none of allow|deny"),
    ("grants.csv", ",deny,", ",ｄｅｎｙ,", "full-width"),
    ("grants.csv", ",deny,", ",den\u{200B}y,", "cannot be seen"),
    ("grants.csv", ",deny,", ",\u{FEFF}deny,", "cannot be seen"),
    ("grants.csv", ",deny,", ",d\u{0435}ny,", "another script"),
    ("grants.csv", ",deny,", ",deny\u{00A0},", "U+00A0"),
    ("grants.csv", ",deny,", ",deny\u{3000},", "U+3000"),
    ("grants.csv", DENY, "\"P-1,d2,*,receipt,*,,deny,2026-01-01,2035-12-31", "more than one line"),
    ("grants.csv", "P-1,d2,*", "P-1,\"d2,*", "more than one line"),
    // Patterns.
    ("grants.csv", "P-1,d1,", ".*,d1,", "stands in `.*`"),
    ("grants.csv", "P-1,d1,", "P-*,d1,", "`*` stands"),
    ("grants.csv", "P-1,d1,", "P-1|P-2,d1,", "`|` stands"),
    ("grants.csv", "P-1,d1,", "^P-1$,d1,", "`^` stands"),
    ("grants.csv", "P-1,d1,", "(P-1,d1,", "`(` stands"),
    ("grants.csv", "P-1,d1,", "P-1,*,", "`*` stands"),
    ("grants.csv", "P-1,d1,", "P-1,d[12],", "`[` stands"),
    ("grants.csv", "P-1,d1,", "P-1,d?,", "`?` stands"),
    ("teams.csv", "P-1,spiffe://t.example/alice", "P-1,spiffe://t.example/.*", "`*` stands"),
    ("teams.csv", "P-1,spiffe://t.example/alice", "*,spiffe://t.example/alice", "`*` stands"),
    // Names that do not resolve.
    ("grants.csv", "P-1,d1,", "P-11,d1,", "does not stand in projects.csv"),
    ("grants.csv", "P-1,d1,", "p-1,d1,", "does not stand in projects.csv"),
    ("grants.csv", "P-1,d1,", "P-1,d11,", "does not stand in datasets.csv"),
    ("grants.csv", "P-1,d1,", "P-1,D1,", "`D` stands"),
    ("grants.csv", "P-1,d2,*,receipt", "P-1,d22,*,receipt", "does not stand in datasets.csv"),
    ("grants.csv", "P-1,d1,", "P-\u{0031}\u{0410},d1,", "another script"),
    ("grants.csv", "P-1,d1,", "Ｐ-1,d1,", "full-width"),
    ("grants.csv", "P-1,d1,", "P‐1,d1,", "(U+2010)"),
    ("grants.csv", ",strict,allow", ",lenient,allow", "does not stand in profiles"),
    ("grants.csv", ",strict,allow", ",technical,allow", "not as strict"),
    ("teams.csv", "P-1,spiffe://t.example/alice", "P-1,spiffe://t.example/alicia", "does not stand in people.csv"),
    ("people.csv", "alice,acad", "alice,acade", "does not stand in members.csv"),
    ("datasets.csv", "d1,holder", "d1,holders", "does not stand in members.csv"),
    ("datasets.csv", "d1,holder,standard", "d1,holder,standart", "does not stand in profiles"),
    ("projects.csv", "P-1,Title,acad", "P-1,Title,acat", "does not stand in members.csv"),
    // Dates.
    ("grants.csv", FIRST, "P-1,d1,detailed,*,*,,allow,2026/01/01,2035-12-31", "no day"),
    ("grants.csv", FIRST, "P-1,d1,detailed,*,*,,allow,2026-1-1,2035-12-31", "no day"),
    ("grants.csv", FIRST, "P-1,d1,detailed,*,*,,allow,2026-02-30,2035-12-31", "no day"),
    ("grants.csv", FIRST, "P-1,d1,detailed,*,*,,allow,20260101,2035-12-31", "no day"),
    ("grants.csv", FIRST, "P-1,d1,detailed,*,*,,allow,01-01-2026,2035-12-31", "no day"),
    ("grants.csv", FIRST, "P-1,d1,detailed,*,*,,allow,2026-01-01,", "a day is missing"),
    ("grants.csv", FIRST, "P-1,d1,detailed,*,*,,allow,2026-01-01,*", "no day"),
    ("grants.csv", FIRST, "P-1,d1,detailed,*,*,,allow,2035-12-31,2026-01-01", "lies before"),
    ("projects.csv", "2026-01-01,2035-12-31,approved,50", "2035-12-31,2026-01-01,approved,50", "lies before"),
    // Closed lists.
    ("grants.csv", "P-1,d1,detailed,*", "P-1,d1,detailed,querry", "none of catalog|check"),
    ("grants.csv", "P-1,d1,detailed,*", "P-1,d1,detailed,query|check", "none of catalog|check"),
    ("grants.csv", "P-1,d1,detailed,*", "P-1,d1,detailed,*;query", "none of catalog|check"),
    ("grants.csv", "P-1,d1,detailed,*", "P-1,d1,detailed,query；check", "full-width"),
    ("grants.csv", "P-1,d1,detailed,*", "P-1,d1,detailed,", "list is empty"),
    ("grants.csv", "P-1,d1,detailed,*", "P-1,d1,*,*", "none of overview|detailed"),
    ("grants.csv", "P-1,d1,detailed,*,*", "P-1,d1,detailed,*,", "list is empty"),
    ("grants.csv", "P-1,d1,detailed,*,*", "P-1,d1,detailed,*,*;sex", "`*` stands"),
    ("grants.csv", "P-1,d2,*,receipt,*", "P-1,d2,*,receipt,sex", "a deny has `*`"),
    ("grants.csv", "P-1,d2,*,receipt", "P-1,d2,overview,receipt", "a deny has `*`"),
    ("members.csv", "removed", "ex-member", "none of active|suspended|removed"),
    ("members.csv", "DE,industry", "Germany,industry", "two-letter"),
    ("members.csv", "DE,industry", "DE,pharma", "none of academia"),
    ("people.csv", "acad,committee", "acad,boss", "none of researcher"),
    ("people.csv", "spiffe://t.example/pat", "pat", "no URI"),
    ("projects.csv", "draft,10", "in review,10", "none of draft"),
    ("projects.csv", "commercial,E-2", "any,E-2", "none of non-commercial"),
    ("projects.csv", ",approved,50", ",approved,-1", "no whole number"),
    ("projects.csv", ",approved,50", ",approved,1e9", "no whole number"),
    ("projects.csv", "insurance", "underwriting", "none of research"),
    ("datasets.csv", "HMB;IRB", "IRB", "does not say for what"),
    ("datasets.csv", "HMB;IRB", "HMB;GRU", "more than once"),
    ("datasets.csv", "HMB;PUB", "HMB;PUBL", "no consent code"),
    ("datasets.csv", "DS:MONDO:0004992", "DS:cancer", "no disease of MONDO"),
    // Rows that repeat or contradict.
    ("grants.csv", FIRST, "P-1,d1,detailed,*,*,,allow,2026-01-01,2035-12-31\nP-1,d1,detailed,*,*,,allow,2026-01-01,2035-12-31", "already in line"),
    ("grants.csv", FIRST, "P-1,d1,detailed,*,*,,allow,2026-01-01,2035-12-31\nP-1,d1,overview,query,*,,allow,2026-06-01,2026-06-30", "other terms"),
    ("members.csv", "gone,Gone", "acad,Gone", "already in line"),
    ("projects.csv", "P-4,Title", "p-3,Title", "already in line"),
    ("jurisdictions.csv", "DE,adequate,2026-01-01", "DE,adequate,2025-12-31", "same days"),
    ("grants.csv", "P-1,d5,overview", "P-1,d5,detailed", "up to `overview`"),
];

/// File, text, its replacement: the same meaning in another spelling.
#[rustfmt::skip]
const AS_MEANT: [(&str, &str, &str); 12] = [
    ("grants.csv", ",deny,", ",Deny,"),
    ("grants.csv", ",deny,", ", DENY ,"),
    ("grants.csv", "detailed,*", "Detailed,*"),
    ("grants.csv", "catalog;check;query", "Query; catalog ;CHECK"),
    ("grants.csv", "project,dataset,tier", "Project,DATASET, tier"),
    ("grants.csv", DENY, "\"P-1\",\"d2\",\"*\",\"receipt\",\"*\",\"\",\"deny\",\"2026-01-01\",\"2035-12-31\""),
    ("grants.csv", DENY, "P-1,d2,*,receipt,*,,deny,2026-01-01,2035-12-31\n\n,,,,,,,,\n# a comment, on a line of its own"),
    ("members.csv", "removed", "Removed"),
    ("members.csv", "DE,industry", "de,Industry"),
    ("datasets.csv", "HMB;IRB", "hmb; irb"),
    ("projects.csv", "disease:MONDO:0004992", "Disease:mondo:0004992"),
    ("members.csv", "大学院", "か\u{3099}く，学院　東京"),
];

#[test]
fn a_slip_is_refused_with_file_line_and_the_line_to_write_instead() {
    for (file, from, to, what) in REFUSED {
        let files = changed(file, from, to);
        let Err(rejected) = PolicySet::from_files(&files) else {
            panic!("loaded with `{to}` for `{from}` in {file}");
        };
        let meant = |finding: &Said| finding.file == file && finding.what.contains(what);
        let Some(finding) = rejected.findings.iter().map(english).find(meant) else {
            panic!("`{what}` is not said of `{to}` in {file}:\n{rejected}");
        };
        assert!(
            finding.line >= 1 && !finding.why.is_empty() && !finding.instead.is_empty(),
            "{finding:?}"
        );
    }
}

pub(crate) fn english(finding: &Finding) -> Said {
    finding.said(Language::English)
}

/// The line to write instead of the first finding's.
fn instead(files: &Files) -> String {
    let rejected = PolicySet::from_files(files).unwrap_err();
    english(&rejected.findings[0]).instead
}

#[test]
fn a_slip_is_told_in_japanese_with_the_same_place_and_the_same_line_to_write() {
    for (file, from, to, _) in REFUSED {
        let rejected = PolicySet::from_files(&changed(file, from, to)).unwrap_err();
        for finding in &rejected.findings {
            let (english, japanese) = (english(finding), finding.said(Language::Japanese));
            assert_eq!(
                (&english.file, english.line),
                (&japanese.file, japanese.line)
            );
            for text in [&japanese.what, &japanese.why] {
                assert!(!text.is_ascii(), "{text}");
            }
            assert_eq!(
                english.instead.contains('<'),
                japanese.instead.contains('<'),
                "{japanese:?}"
            );
        }
    }
}

#[test]
fn the_line_to_write_instead_of_a_full_width_comma_is_the_line_that_was_meant() {
    let files = changed(
        "grants.csv",
        DENY,
        "P-1，d2，*，receipt，*，，deny，2026-01-01，2035-12-31",
    );
    assert_eq!(
        PolicySet::from_files(&files).unwrap_err().findings[0].line,
        4
    );
    assert_eq!(instead(&files), DENY);
    let files = changed(
        "grants.csv",
        DENY,
        "P-1,d2,*,receipt,*,,deny,2026/1/1,2035-12-31 # end",
    );
    assert!(instead(&files).ends_with("2035-12-31"));
    let files = changed("grants.csv", "2026-01-01,2026-11-21", "2026/1/1,2026-11-21");
    assert_eq!(
        instead(&files),
        "P-1,d2,detailed,*,*,strict,allow,2026-01-01,2026-11-21"
    );
}

#[test]
fn another_spelling_of_the_same_is_read_as_meant() {
    let meant = allowed(&load(&base()));
    assert!(meant.len() > 20, "the base allows something");
    for (file, from, to) in AS_MEANT {
        assert_eq!(
            allowed(&load(&changed(file, from, to))),
            meant,
            "`{to}` in {file}"
        );
    }
}

#[test]
fn a_spreadsheets_byte_order_mark_and_line_ends_are_read_as_meant() {
    let meant = allowed(&load(&base()));
    let mut files = base();
    for bytes in files.values_mut() {
        let text = String::from_utf8(bytes.clone())
            .unwrap()
            .replace('\n', "\r\n");
        *bytes = format!("\u{FEFF}{text}").into_bytes();
    }
    assert_eq!(allowed(&load(&files)), meant);
}

#[test]
fn a_line_that_is_lost_never_widens_what_it_did_not_deny() {
    // Without any one of its allowing rows a set allows less, and never more.
    let whole = allowed(&load(&base()));
    let text = String::from_utf8(base()["grants.csv"].clone()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    for (at, line) in lines
        .iter()
        .enumerate()
        .skip(1)
        .filter(|(_, line)| line.contains(",allow,"))
    {
        let rest: Vec<&str> = lines
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != at)
            .map(|(_, line)| *line)
            .collect();
        let less = allowed(&load(&with("grants.csv", rest.join("\n").as_bytes())));
        assert!(less.is_subset(&whole), "without `{line}`");
    }
}
