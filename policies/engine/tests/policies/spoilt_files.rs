//! Slips that spoil a whole file, or the whole set.

use std::{fs, path::Path, process::Command};

use sekisho_policies::{PolicySet, Said};

use crate::{
    files::{Files, base, changed, profile, with, written},
    slips::{FIRST, english},
};

const GRANTS_HEADER: &str = "project,dataset,tier,operations,columns,profile,effect,since,until";

fn refused(files: &Files, file: &str, what: &str) {
    let rejected = PolicySet::from_files(files).unwrap_err();
    let meant = |finding: Said| finding.file == file && finding.what.contains(what);
    assert!(
        rejected.findings.iter().map(english).any(meant),
        "`{what}` is not said of {file}:\n{rejected}"
    );
}

#[test]
fn bytes_that_are_not_utf_8_are_refused_by_their_likely_name() {
    let shift_jis = b"organisation,name,country,sector,status,since,until\nacad,\x91\xe5\x8aw,JP,academia,active,2024-01-01,2035-12-31\n";
    refused(&with("members.csv", shift_jis), "members.csv", "Shift-JIS");
    refused(
        &with(
            "members.csv",
            b"organisation,name\nacad,Universit\xe9 \xfd\n",
        ),
        "members.csv",
        "Windows-1252",
    );
    refused(
        &with("members.csv", b"\xFF\xFEo\0r\0g\0"),
        "members.csv",
        "UTF-16",
    );
    let rejected = PolicySet::from_files(&with("members.csv", shift_jis)).unwrap_err();
    assert_eq!(rejected.findings[0].line, 2);
}

#[test]
fn an_empty_or_headless_or_unknown_file_is_refused() {
    for file in [
        "members.csv",
        "people.csv",
        "jurisdictions.csv",
        "datasets.csv",
        "projects.csv",
        "teams.csv",
        "grants.csv",
    ] {
        let text = String::from_utf8(base()[file].clone()).unwrap();
        let (header, rows) = text.split_once('\n').unwrap();
        refused(&with(file, b""), file, "empty");
        refused(&with(file, b"\n,,,\n# nothing\n"), file, "empty");
        refused(&with(file, header.as_bytes()), file, "no row");
        refused(&with(file, rows.as_bytes()), file, "is not known");
        refused(
            &with(file, format!("{header},note\n").as_bytes()),
            file,
            "`note` is not known",
        );
        let (_, fewer) = header.split_once(',').unwrap();
        refused(
            &with(file, format!("{fewer}\n").as_bytes()),
            file,
            "is missing",
        );
        refused(
            &with(file, format!("{header},{header}\n").as_bytes()),
            file,
            "stands twice",
        );
        refused(
            &with(file, text.replace(',', ";").as_bytes()),
            file,
            "semicolons",
        );
        let mut files = base();
        files.remove(file);
        refused(&files, file, "the file is missing");
    }
    refused(
        &with("grants (copy).csv", b"x"),
        "grants (copy).csv",
        "not known",
    );
    refused(
        &with("profiles/deep/x.toml", b"x"),
        "profiles/deep/x.toml",
        "not known",
    );
}

#[test]
fn a_profile_or_the_consortiums_page_that_cannot_be_read_is_refused() {
    let standard = "profiles/standard.toml";
    refused(
        &with(standard, &profile("strict", 10, 5, 3)),
        standard,
        "calls itself `strict`",
    );
    refused(
        &with(standard, &profile("standard", 1, 5, 3)),
        standard,
        "hides nobody",
    );
    refused(
        &with(standard, &profile("standard", 10, 0, 3)),
        standard,
        "no multiples",
    );
    refused(
        &with(standard, b"name = \"standard\""),
        standard,
        "missing field",
    );
    refused(&with(standard, b"name = "), standard, "");
    let page = "consortium.toml";
    refused(
        &changed(page, "Asia/Tokyo", "Asia/Edo"),
        page,
        "no time zone",
    );
    refused(
        &changed(page, "\"standard\"", "\"gone\""),
        page,
        "no file in profiles",
    );
    refused(
        &changed(page, "time_zone", "timezone"),
        page,
        "unknown field",
    );
    refused(
        &changed(page, "name = \"Test\"\n", ""),
        page,
        "missing field",
    );
}

#[test]
fn a_set_that_allows_nobody_anything_is_refused() {
    let nobody = ["removed", "suspended"];
    for status in nobody {
        let mut files = base();
        let text = String::from_utf8(files["members.csv"].clone()).unwrap();
        files.insert(
            "members.csv".to_owned(),
            text.replace("active", status).into_bytes(),
        );
        refused(&files, "grants.csv", "no row allows anybody");
    }
    let files = changed(
        "members.csv",
        "acad,大学院,JP,academia,active",
        "acad,大学院,JP,academia,suspended",
    );
    let only = with(
        "grants.csv",
        format!("{GRANTS_HEADER}\n{FIRST}\n").as_bytes(),
    );
    let both = Files::from_iter(files.into_iter().filter(|(name, _)| name != "grants.csv"));
    let both = both
        .into_iter()
        .chain([("grants.csv".to_owned(), only["grants.csv"].clone())]);
    refused(
        &both.collect(),
        "grants.csv",
        "the organisation is not a member in force",
    );
    let text = "project,dataset,tier,operations,columns,profile,effect,since,until\nP-1,d1,*,*,*,,deny,2026-01-01,2035-12-31\n";
    refused(
        &with("grants.csv", text.as_bytes()),
        "grants.csv",
        "no row allows anybody",
    );
}

#[test]
fn a_line_that_some_programs_see_and_others_do_not_is_refused() {
    let text = String::from_utf8(base()["grants.csv"].clone()).unwrap();
    let macintosh = text.replace('\n', "\r");
    refused(
        &with("grants.csv", macintosh.as_bytes()),
        "grants.csv",
        "carriage return",
    );
    let deny = "P-1,d1,*,*,*,,deny,2026-01-01,2035-12-31";
    for hidden in ["\r", "\u{2028}", "\u{85}"] {
        let row = format!("{text}# barred{hidden}{deny}\n");
        assert!(PolicySet::from_files(&with("grants.csv", row.as_bytes())).is_err());
    }
    let rejected = PolicySet::from_files(&with("grants.csv", format!("{text}a\rb\n").as_bytes()));
    let line = rejected.unwrap_err().findings[0].line;
    assert_eq!(line, 1 + text.lines().count() as u64);
}

#[test]
fn what_is_no_file_of_the_folder_is_refused_and_not_waited_for() {
    let elsewhere = tempfile::tempdir().unwrap();
    let secret = elsewhere.path().join("secret");
    fs::write(&secret, "b8f1-a-secret-seed\n").unwrap();
    let places = [
        Path::new("/dev/zero"),
        secret.as_path(),
        Path::new("/proc/self/environ"),
    ];
    for target in places {
        let dir = written(&base());
        let file = dir.path().join("judgements.csv");
        std::os::unix::fs::symlink(target, &file).unwrap();
        let rejected = PolicySet::load(dir.path()).unwrap_err().to_string();
        assert!(rejected.contains("leads out of the folder"), "{rejected}");
        assert!(!rejected.contains("a-secret-seed"), "{rejected}");
    }
    let dir = written(&base());
    let made = Command::new("mkfifo")
        .arg(dir.path().join("judgements.csv"))
        .status();
    assert!(made.unwrap().success());
    let rejected = PolicySet::load(dir.path()).unwrap_err().to_string();
    assert!(rejected.contains("a pipe"), "{rejected}");
}

#[test]
fn rows_of_one_key_are_compared_by_their_days_and_not_all_with_all() {
    let rows: String = (0..20_000)
        .map(|n| {
            format!(
                "FR,contract,{:04}-01-01,{:04}-01-02\n",
                1 + n % 9_000,
                1 + n % 9_000
            )
        })
        .collect();
    let mut text = String::from_utf8(base()["jurisdictions.csv"].clone()).unwrap();
    text += rows.as_str();
    let rejected = PolicySet::from_files(&with("jurisdictions.csv", text.as_bytes())).unwrap_err();
    // One for each row beyond the first of its days, and not one for each pair.
    assert!((11_000..12_000).contains(&rejected.findings.len()));
    assert!(rejected.to_string().len() < 100_000);
}
