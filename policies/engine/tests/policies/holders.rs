//! Slips in a holder's files and in files of consents: refused, and none widens.

use sekisho_policies::{Finding, HolderSet, Language, Rejected, consents};

use crate::files::{Files, refused_in};

const ROW: &str = "d1,detailed,standard,HMB;IRB,no,*,counted,18";
const ALLOW: &str = "*,*,*,*,*,allow,2024-04-01,2035-12-31";
const DENY: &str = "d1,P-2,firm,DE,industry,deny,2026-01-01,2026-12-31";

fn base() -> Files {
    let header =
        "dataset,tier_rule,profile,consent_codes,industry,countries,without_record,embargo_months";
    let rules = "dataset,project,organisation,country,sector,effect,since,until";
    let judgements = "dataset,project,code,verdict,judged_by,since,until\n\
                      d1,P-1,COL,met,spiffe://t.example/holly,2026-01-01,2026-12-31\n";
    let files = [
        (
            "holder.toml",
            "name = \"holder\"\ntime_zone = \"Asia/Tokyo\"\n".to_owned(),
        ),
        ("datasets.csv", format!("{header}\n{ROW}\n")),
        ("rules.csv", format!("{rules}\n{ALLOW}\n{DENY}\n")),
        ("judgements.csv", judgements.to_owned()),
    ];
    let bytes = |(name, text): (&str, String)| (name.to_owned(), text.into_bytes());
    files.into_iter().map(bytes).collect()
}

fn changed(file: &str, from: &str, to: &str) -> Files {
    let mut files = base();
    let text = String::from_utf8(files[file].clone()).unwrap();
    assert!(text.contains(from), "`{from}` does not stand in {file}");
    files.insert(file.to_owned(), text.replacen(from, to, 1).into_bytes());
    files
}

#[rustfmt::skip]
const REFUSED: [(&str, &str, &str, &str); 33] = [
    ("holder.toml", "time_zone", "timezone", "unknown field"),
    ("holder.toml", "Asia/Tokyo", "Asia/Edo", "no time zone"),
    ("holder.toml", "\"holder\"", "\"The Holder\"", "stands in"),
    ("datasets.csv", ROW, "d1，detailed，standard，HMB;IRB，no，*，counted，18", "full-width"),
    ("datasets.csv", ROW, "d1,detailed,standard,HMB;IRB,no,*,counted", "7 cells"),
    ("datasets.csv", ",no,", ",maybe,", "none of yes|no"),
    ("datasets.csv", ",no,", ",,", "none of yes|no"),
    ("datasets.csv", ",no,*,", ",no,,", "list is empty"),
    ("datasets.csv", ",no,*,", ",no,Japan,", "two-letter"),
    ("datasets.csv", ",no,*,", ",no,JP|DE,", "two-letter"),
    ("datasets.csv", "counted,18", "count,18", "none of counted|not-counted"),
    ("datasets.csv", "counted,18", "counted,-1", "no whole number"),
    ("datasets.csv", "counted,18", "counted,1201", "embargo"),
    ("datasets.csv", "HMB;IRB", "IRB", "does not say for what"),
    ("datasets.csv", "HMB;IRB", "HMB;IRBB", "no consent code"),
    ("datasets.csv", "detailed,standard", "deep,standard", "none of overview|detailed"),
    ("datasets.csv", "d1,detailed", "D1,detailed", "`D` stands"),
    ("datasets.csv", ROW, "d1,detailed,standard,HMB,no,*,counted,18\nd1,detailed,standard,GRU,yes,*,counted,0", "already in line"),
    ("rules.csv", ",deny,", ",Deny # soon,", "`#`"),
    ("rules.csv", ",deny,", ",denied,", "none of allow|deny"),
    ("rules.csv", DENY, "d1,P-2,firm,DE,industry,deny,2026-01-01", "7 cells"),
    ("rules.csv", DENY, "d1,P-2,firm,DE,industry,deny,2026-12-31,2026-01-01", "lies before"),
    ("rules.csv", DENY, "d1,P-2,firm,DE,industry,deny,2026-01-01,", "a day is missing"),
    ("rules.csv", "d1,P-2,firm", "d2,P-2,firm", "does not stand in datasets.csv"),
    ("rules.csv", "d1,P-2,firm", "d.*,P-2,firm", "`.` stands"),
    ("rules.csv", "d1,P-2,firm", "d1,P-*,firm", "`*` stands"),
    ("rules.csv", "d1,P-2,firm", ",P-2,firm", "empty"),
    ("rules.csv", "DE,industry", "Germany,industry", "two-letter"),
    ("rules.csv", "DE,industry", "DE,pharma", "none of academia"),
    ("rules.csv", ALLOW, "*,*,*,*,*,allow,2024-04-01,2035-12-31\n*,*,*,*,*,allow,2024-04-01,2035-12-31", "already in line"),
    ("judgements.csv", "COL,met", "GRU,met", "GRU"),
    ("judgements.csv", "COL,met", "COL,yes", "none of met|not-met"),
    ("judgements.csv", "d1,P-1", "d2,P-1", "does not stand in datasets.csv"),
];

#[test]
fn a_holders_slip_is_refused_with_the_line_and_what_to_write() {
    HolderSet::from_files(&base()).unwrap();
    for (file, from, to, what) in REFUSED {
        let rejected = HolderSet::from_files(&changed(file, from, to)).unwrap_err();
        refused_in(&rejected, file, what);
        for finding in &rejected.findings {
            let said = finding.said(Language::English);
            assert!(!said.why.is_empty() && said.line > 0, "{said:?}");
            let japanese = finding.said(Language::Japanese);
            // Of a page that cannot be read, the reader of TOML says what.
            let what = file == "holder.toml" || !japanese.what.is_ascii();
            assert!(what && !japanese.why.is_ascii(), "{japanese:?}");
        }
    }
}

#[test]
fn a_holders_file_that_is_missing_empty_or_not_its_own_is_refused() {
    for file in ["datasets.csv", "rules.csv", "judgements.csv"] {
        let mut files = base();
        let text = String::from_utf8(files[file].clone()).unwrap();
        let header = text.lines().next().unwrap().to_owned();
        for spoilt in ["", header.as_str(), "x,y\n1,2\n"] {
            files.insert(file.to_owned(), spoilt.into());
            let rejected = HolderSet::from_files(&files).unwrap_err();
            refused_in(&rejected, file, "");
        }
    }
    for file in ["holder.toml", "datasets.csv", "rules.csv"] {
        let mut files = base();
        files.remove(file);
        refused_in(&HolderSet::from_files(&files).unwrap_err(), file, "missing");
    }
    let mut files = base();
    files.insert("grants.csv".to_owned(), b"project\nP-1\n".to_vec());
    refused_in(
        &HolderSet::from_files(&files).unwrap_err(),
        "grants.csv",
        "not known",
    );
}

const PERSON: &str = "canary-0471,HMB;IRB,yes,*,2020-01-01,,no";

fn file_of_consents(row: &str) -> String {
    format!("individual_id,codes,industry,countries,registered_on,collected_by,withdrawn\n{row}\n")
}

fn rejected(text: &[u8]) -> Rejected {
    consents("consents.csv", text).unwrap_err()
}

#[rustfmt::skip]
const CONSENTS: [(&str, &str, &str); 19] = [
    ("canary-0471,HMB;IRB", "canary-0471，HMB;IRB", "full-width"),
    ("canary-0471", "", "individual"),
    ("canary-0471", "canary\u{200B}-0471", "cannot be seen"),
    ("canary-0471", "canary-0471\u{00AD}", "cannot be seen"),
    ("HMB;IRB", "", "list is empty"),
    ("HMB;IRB", "HMB|IRB", "no consent code"),
    ("HMB;IRB", "HMB;GRU", "more than once"),
    (",yes,*", ",perhaps,*", "none of yes|no"),
    (",yes,*", ",yes,", "list is empty"),
    (",yes,*", ",yes,JP;*", "two-letter"),
    (",yes,*", ",yes,Japan", "two-letter"),
    ("2020-01-01", "2020-13-01", "no day"),
    ("2020-01-01", "1.1.2020", "no day"),
    ("2020-01-01,,no", "2020-01-01,The Centre,no", "stands in"),
    (",,no", ",,n", "none of yes|no"),
    (",,no", ",,", "none of yes|no"),
    (",,no", ",", "6 cells"),
    (",,no", ",,no # withdrew", "#"),
    (PERSON, "canary-0471,HMB,no,*,,,no\ncanary-0471,GRU,yes,*,,,no", "line 2"),
];

#[test]
fn a_slip_in_a_file_of_consents_is_refused_and_names_nobody() {
    consents("consents.csv", file_of_consents(PERSON).as_bytes()).unwrap();
    for (from, to, what) in CONSENTS {
        let text = file_of_consents(&PERSON.replacen(from, to, 1));
        let rejected = rejected(text.as_bytes());
        refused_in(&rejected, "consents.csv", what);
        names_nobody(&rejected);
    }
    for bytes in [
        &b""[..],
        b"\xFF\xFE",
        b"individual_id,codes\ncanary-0471,HMB\n",
        b"\x8c\x92\x8dN",
    ] {
        names_nobody(&rejected(bytes));
    }
    // A name of the holder's own that begins as a comment does is not passed over.
    names_nobody(&rejected(
        file_of_consents(&format!("#{PERSON}")).as_bytes(),
    ));
    // Columns in another order, a byte-order mark, and CRLF are read as meant.
    let text = "\u{FEFF}withdrawn,codes,industry,countries,registered_on,collected_by,individual_id\r\nNo,hmb;irb,Yes,jp;de,,,canary-0471\r\n";
    let read = consents("consents.csv", text.as_bytes()).unwrap();
    assert_eq!(read[0].terms.codes.to_string(), "HMB;IRB");
    assert_eq!(read[0].terms.countries.to_string(), "DE;JP");
    assert!(!read[0].withdrawn && read[0].registered_on.is_none());
}

fn names_nobody(rejected: &Rejected) {
    for language in Language::ALL {
        let said = |finding: &Finding| finding.said(language).text(language);
        let text: String = rejected.findings.iter().map(said).collect();
        assert!(!text.contains("canary") && !text.contains("0471"), "{text}");
    }
}
