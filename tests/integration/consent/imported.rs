//! Consents from a file.

use std::fs;

use sekisho_tests::{Consortium, Dataset, Site, only, shown};

use super::{CANCER, COUNT, HEADER, aiko, consortium, counted, import, rows};

#[tokio::test]
async fn what_somebody_consented_to_decides_for_whom_they_count() {
    let consortium = consortium();
    // 121 lung: not for companies. 82 liver: for all. 68 breast: in Germany only.
    // 23 stomach: registered this year, collected by the visitor's institute. 6
    // thymus: registered this year.
    let said = import(&consortium, |person| {
        let row = match person.diagnosis {
            "lung" => "GRU,no,*,2019-06-01,,no",
            "liver" => "GRU,yes,*,2019-06-01,,no",
            "breast" => "GRU,yes,DE,2019-06-01,,no",
            "stomach" => "GRU,yes,*,2026-06-01,midori-institute,no",
            _ => "GRU,yes,*,2026-06-01,,no",
        };
        Some(row.to_owned())
    });
    assert!(
        said.starts_with("the consent of 300 at demo-cancer is in force"),
        "{said}"
    );
    assert_eq!(counted(&aiko(&consortium).await).await, 225);
    let max = consortium.visit("max-weber", "P-0002").await;
    assert_eq!(shown(&only(max.sql(COUNT, &[CANCER]).await)), ["150"]);
    let by_diagnosis = "SELECT diagnosis, count(*) AS n FROM individuals GROUP BY diagnosis";
    let answer = only(max.sql(by_diagnosis, &[CANCER]).await);
    let rows = shown(&answer).join(" ");
    assert!(
        rows.contains("lung -") && rows.contains("liver 80"),
        "{rows}"
    );
    let leaf = String::from_utf8(answer.receipt.leaf).unwrap();
    assert!(leaf.contains("holder/consent"), "{leaf}");
}

#[tokio::test]
async fn an_embargo_that_a_later_import_ends_holds_no_longer() {
    let consortium = consortium();
    let young = |person: &sekisho_tests::Person| person.age < 50;
    let dated = |day: &'static str| {
        move |person: &sekisho_tests::Person| young(person).then(|| format!("GRU,yes,*,{day},,no"))
    };
    let all = Dataset::cancer().people.len();
    let under = Dataset::cancer().count(young);
    import(&consortium, dated("2026-09-01"));
    let visit = aiko(&consortium).await;
    let kept_back = counted(&visit).await;
    assert!(
        kept_back.abs_diff(all - under) <= 2,
        "{kept_back} of {all}, {under} under embargo"
    );
    import(&consortium, dated("2020-09-01"));
    assert_eq!(counted(&visit).await, all);
}

#[tokio::test]
async fn who_is_on_no_record_counts_only_where_the_holder_says_so() {
    let consortium = Consortium::builder()
        .holder(Site::East, |files| {
            files.replace("datasets.csv", ",counted,", ",not-counted,");
        })
        .dataset(Site::East, Dataset::cancer())
        .start();
    let visit = aiko(&consortium).await;
    assert_eq!(rows(&visit, COUNT).await, ["-"]);
    let liver = |person: &sekisho_tests::Person| {
        (person.diagnosis == "liver").then(|| "GRU,yes,*,2019-06-01,,no".to_owned())
    };
    import(&consortium, liver);
    assert_eq!(counted(&visit).await, 80);
}

#[tokio::test]
async fn a_file_with_a_slip_changes_nothing_and_its_message_names_nobody() {
    let consortium = consortium();
    let file = consortium.folder().join("consents.csv");
    let good = "e0001,GRU,no,*,2019-06-01,,no\n";
    for (row, told) in [
        ("e0002,GRU,maybe,*,2019-06-01,,no\n", "consents.csv:3"),
        ("e0001,GRU,no,*,2019-06-01,,no\n", "consents.csv:3"),
        (
            "nobody-1,GRU,no,*,2019-06-01,,no\n",
            "1 of its 2 individuals are nobody of demo-cancer, in line 3",
        ),
    ] {
        fs::write(&file, format!("{HEADER}{good}{row}")).unwrap();
        let words = ["import", file.to_str().unwrap()];
        let ran = consortium.consent(Site::East, &words);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(
            ran.err.contains(told) && ran.err.contains("nothing was imported"),
            "{ran:?}"
        );
        for name in ["e0001", "e0002", "nobody-1"] {
            assert!(
                !ran.err.contains(name) && !ran.out.contains(name),
                "{ran:?}"
            );
        }
    }
    // A slip in every line is told of some.
    let rows: String = (0..80).map(|n| format!("e{n:04},GRU,?,*,,,no\n")).collect();
    fs::write(&file, format!("{HEADER}{rows}")).unwrap();
    let ran = consortium.consent(Site::East, &["import", file.to_str().unwrap()]);
    assert!(
        ran.err.contains("findings: 80") && ran.err.contains("and 30 more"),
        "{ran:?}"
    );
    let shown = consortium.consent(Site::East, &["show"]).succeeded();
    assert_eq!(shown, "0 consents on record at demo-cancer\n0 withdrawn\n");
    assert_eq!(counted(&aiko(&consortium).await).await, 300);
}
