//! `fmt`: the same files, better kept.

use sekisho_policies::{files_of, formatted_consortium, formatted_holder};

use crate::{
    consortium::folder,
    files::{Files, allowed, base, changed, load},
};

/// The base as somebody's spreadsheet would leave it.
fn untidy() -> Files {
    let mut files = changed("grants.csv", "catalog;check;query", "Query; catalog ;CHECK");
    for (from, to, file) in [
        (",deny,", " , DENY, ", "grants.csv"),
        ("HMB;IRB", "irb; hmb", "datasets.csv"),
        ("DE,industry", "de,Industry", "members.csv"),
        (
            "project,person",
            "# who works on what\nproject,person",
            "teams.csv",
        ),
        (
            "disease:MONDO:0004992",
            "Disease:mondo:0004992",
            "projects.csv",
        ),
    ] {
        let text = String::from_utf8(files[file].clone()).unwrap();
        assert!(text.contains(from), "{from}");
        files.insert(file.to_owned(), text.replace(from, to).into());
    }
    for bytes in files.values_mut() {
        let text = String::from_utf8(bytes.clone())
            .unwrap()
            .replace('\n', "\r\n");
        *bytes = format!("\u{FEFF}{text}\r\n").into_bytes();
    }
    // A table whose columns stand in another order.
    let text = "person,project\r\n".to_owned();
    let teams = String::from_utf8(base()["teams.csv"].clone()).unwrap();
    let turned = teams.lines().skip(1).map(|line| {
        let (project, person) = line.split_once(',').unwrap();
        format!("{person},{project}\r\n")
    });
    files.insert(
        "teams.csv".to_owned(),
        (text + turned.collect::<String>().as_str()).into(),
    );
    files
}

#[test]
fn what_is_written_says_the_same_and_is_written_the_same_again() {
    let untidy = untidy();
    let tidy = formatted_consortium(&untidy).unwrap();
    assert_ne!(tidy, untidy);
    assert_eq!(allowed(&load(&tidy)), allowed(&load(&base())));
    assert_eq!(formatted_consortium(&tidy).unwrap(), tidy);
    for (name, bytes) in &tidy {
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert!(!text.contains('\r') && !text.contains('\u{FEFF}'), "{name}");
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{name}");
    }
    let grants = String::from_utf8(tidy["grants.csv"].clone()).unwrap();
    assert!(
        grants.contains("\nP-1,d2,*,receipt,*,,deny,2026-01-01,2035-12-31\n"),
        "{grants}"
    );
    assert!(String::from_utf8_lossy(&tidy["datasets.csv"]).contains("HMB;IRB"));
    assert_eq!(tidy["teams.csv"], base()["teams.csv"]);
}

#[test]
fn comments_stay_and_what_cannot_be_read_is_not_rewritten() {
    let commented = changed(
        "teams.csv",
        "project,person",
        "# who works on what\nproject,person",
    );
    let tidy = formatted_consortium(&commented).unwrap();
    assert!(tidy["teams.csv"].starts_with(b"# who works on what\nproject,person\n"));
    assert!(formatted_consortium(&changed("grants.csv", ",deny,", ",denied,")).is_err());
}

#[test]
fn the_shipped_files_are_kept_well() {
    let consortium = files_of(&folder()).unwrap();
    assert_eq!(formatted_consortium(&consortium).unwrap(), consortium);
    for holder in ["east-cancer-centre", "west-biobank"] {
        let files = files_of(&folder().join("../holders").join(holder)).unwrap();
        assert_eq!(formatted_holder(&files).unwrap(), files, "{holder}");
    }
}
