//! What is read, and what is not.

#![expect(clippy::unwrap_used, reason = "tests")]

use sekisho_proto::v1::VariantNames;

use super::*;

fn asked(sites: Option<Sites>, condition: &str, by: &[&str]) -> Result<Asked, Failure> {
    Asked::read(v1::Frequencies {
        sites,
        r#where: condition.to_owned(),
        by: by.iter().map(|&column| column.to_owned()).collect(),
    })
}

fn region(text: &str) -> Option<Sites> {
    Some(Sites::Region(text.to_owned()))
}

#[test]
fn a_question_is_a_query_of_individuals() {
    let asked = asked(region("chr22:1-9"), " sex = 'f(' ", &["diagnosis", "stage"]).unwrap();
    assert_eq!(
        asked.sql(),
        "SELECT diagnosis, stage, count(DISTINCT individual_id) AS individuals FROM individuals \
         WHERE (\nsex = 'f('\n) GROUP BY diagnosis, stage"
    );
    assert_eq!(asked.selection.canonical(), "region 22:1-9");
}

#[test]
fn a_condition_stays_in_its_parentheses() {
    for inside in [
        "",
        "sex = 'female'",
        "(a = 1 OR (b = 2)) AND c IN ('x', ')')",
        "note = 'it''s (--'",
        "\"a)\" = 1",
        "a - -1 > 0",
    ] {
        assert!(is_closed(inside), "{inside}");
    }
    for outside in [
        "true) OR (true",
        "true) UNION ALL (SELECT 1",
        "(true",
        "sex = 'female",
        "sex = 'a\\' OR (true",
        "true -- ",
        "true /* ",
        "true; SELECT 1",
        "a = $$)$$",
        "`a)` = 1",
    ] {
        assert!(!is_closed(outside), "{outside}");
    }
}

#[test]
fn what_is_no_question_is_refused() {
    let variants = |n: usize| {
        let ids = (0..n).map(|n| format!("22:{n}:C:T")).collect();
        Some(Sites::Variants(VariantNames { ids }))
    };
    assert!(asked(variants(MOST_VARIANTS), "", &["a", "b", "c", "d"]).is_ok());
    for (sites, by) in [
        (None, &[][..]),
        (variants(0), &[]),
        (variants(MOST_VARIANTS + 1), &[]),
        (region("22:9-1"), &[]),
        (Some(Sites::Gene("TP 53".to_owned())), &[]),
        (region("22"), &["a", "a"]),
        (region("22"), &["a", "b", "c", "d", "e"]),
        (region("22"), &["a) --"]),
        (region("22"), &["A"]),
    ] {
        assert!(asked(sites.clone(), "", by).is_err(), "{sites:?} {by:?}");
    }
}
