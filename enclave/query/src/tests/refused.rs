//! What is refused: each query of `golden/refused.sql` beside its refusal in
//! `golden/refused.txt`, and each proposal is accepted.

use std::fmt::Write as _;

use super::{Dataset, answer};
use crate::{Refusal, Rule, run};

const QUERIES: &str = include_str!("../../golden/refused.sql");

/// The queries: blocks between empty lines; a line `--` is a remark.
fn queries() -> Vec<String> {
    QUERIES
        .split("\n\n")
        .map(|block| {
            block
                .lines()
                .filter(|line| !line.starts_with("--"))
                .collect::<Vec<_>>()
                .join("\n")
        })
        .filter(|query| !query.trim().is_empty())
        .collect()
}

/// A refusal as a visitor reads it.
fn told(query: &str, refusal: &Refusal) -> String {
    let mut text = String::new();
    for (number, line) in (1..).zip(query.lines()) {
        writeln!(text, "  {line}").unwrap();
        if let Some(place) = refusal.place.filter(|place| place.line == number) {
            writeln!(text, "  {}^", " ".repeat(place.column as usize - 1)).unwrap();
        }
    }
    writeln!(text, "{}: {}", refusal.rule.id(), refusal.message).unwrap();
    writeln!(text, "help: {}", refusal.help).unwrap();
    if let Some(rewrite) = &refusal.rewrite {
        writeln!(text, "try: {rewrite}").unwrap();
    }
    text
}

#[tokio::test]
async fn every_refusal_names_rule_place_and_a_proposal_that_is_accepted() {
    let dataset = Dataset::new();
    let (mut all, mut accepted) = (String::new(), Vec::new());
    for query in queries() {
        let Err(refusal) = run::prepare(&query, dataset.snapshot.catalogue()).await else {
            accepted.push(query);
            continue;
        };
        assert!(!refusal.help.is_empty(), "{query}");
        if let Some(rewrite) = &refusal.rewrite {
            assert!(
                answer(&dataset, rewrite).await.is_ok(),
                "{query}\nproposes\n{rewrite}"
            );
        }
        writeln!(all, "{}", told(&query, &refusal)).unwrap();
    }
    assert!(accepted.is_empty(), "accepted:\n{}", accepted.join("\n\n"));
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/refused.txt");
    if std::env::var_os("SEKISHO_BLESS").is_some() {
        std::fs::write(golden, &all).unwrap();
    }
    assert_eq!(
        all,
        std::fs::read_to_string(golden).unwrap(),
        "`SEKISHO_BLESS=1` rewrites golden/refused.txt"
    );
}

#[tokio::test]
async fn every_rule_has_a_query_that_meets_it() {
    let dataset = Dataset::new();
    let mut met = std::collections::HashSet::new();
    for query in queries().into_iter().chain(large().map(|(_, query)| query)) {
        if let Err(refusal) = run::prepare(&query, dataset.snapshot.catalogue()).await {
            met.insert(refusal.rule);
        }
    }
    let unmet: Vec<_> = Rule::ALL
        .iter()
        .filter(|rule| !met.contains(rule))
        .collect();
    assert!(unmet.is_empty(), "no query meets {unmet:?}");
}

#[tokio::test]
async fn what_is_too_large_is_refused_before_it_is_planned() {
    let dataset = Dataset::new();
    for (rule, query) in large() {
        let start: String = query.chars().take(60).collect();
        match run::prepare(&query, dataset.snapshot.catalogue()).await {
            Err(refusal) => assert_eq!(refusal.rule, rule, "{start}"),
            Ok(_) => panic!("accepted: {start}"),
        }
    }
}

/// Queries that are too large to stand among the others.
fn large() -> impl Iterator<Item = (Rule, String)> {
    let chain = |term: &str, between: &str, n: usize| vec![term; n].join(between);
    let count = "SELECT count(*) FROM individuals";
    [
        (Rule::TooLong, format!("SELECT {}", "x".repeat(70_000))),
        (Rule::TooWide, wide()),
        (Rule::PredicateLength, long()),
        (
            Rule::PredicateLength,
            format!("SELECT * FROM (VALUES {}) t", chain("(1)", ", ", 201)),
        ),
        (
            Rule::PredicateLength,
            format!("{count} HAVING count(*) IN ({})", chain("1", ", ", 201)),
        ),
        (
            Rule::TooLarge,
            format!(
                "SELECT count(*) + {} FROM individuals",
                chain("1", "+", 2_000)
            ),
        ),
        (
            Rule::TooLarge,
            format!("{count} WHERE {}", chain("age = 1", " OR ", 3_000)),
        ),
        (Rule::TooLarge, chain("SELECT 1", " UNION ALL ", 1_000)),
        (Rule::TooLong, chain("SELECT 1", " UNION ALL ", 5_000)),
        (
            Rule::TooLarge,
            format!("SELECT {}", chain("1", ", ", 5_000)),
        ),
        (
            Rule::TooLarge,
            format!("{count} WHERE note = '{}'", "x".repeat(1_001)),
        ),
        (
            Rule::Syntax,
            format!("SELECT {}1{}", "(".repeat(60), ")".repeat(60)),
        ),
        (
            Rule::Clause,
            format!("{count} GROUP BY CUBE ({})", chain("sex", ", ", 16)),
        ),
    ]
    .into_iter()
}

fn wide() -> String {
    let columns: Vec<String> = (0..51).map(|n| format!("count(*) AS c{n}")).collect();
    format!("SELECT {} FROM individuals", columns.join(", "))
}

fn long() -> String {
    let ages: Vec<String> = (0..201).map(|n| n.to_string()).collect();
    format!(
        "SELECT count(*) FROM individuals WHERE age IN ({})",
        ages.join(", ")
    )
}

#[tokio::test]
async fn a_refusal_repeats_no_literal() {
    let dataset = Dataset::new();
    for query in [
        "SELECT count(*) FROM individuals WHERE diagnosis = 'canary-7'",
        "SELECT count(*) FROM individuals WHERE age = 'canary-7'",
        "SELECT count(*) FROM individuals WHERE note LIKE 'canary-7%'",
        "SELECT count(*) FROM individuals WHERE individual_id = 'canary-7'",
        "SELECT CAST('canary-7' AS INT) FROM individuals",
        "SELECT nosuchfunction('canary-7') FROM individuals",
        "SELECT 'canary-7 FROM individuals",
        "SELECT count(*) FROM individuals WHERE 'canary-7' 'canary-7'",
        "SELECT round('canary-7', 'canary-7'), count(*) FROM individuals",
        "SELECT \"canary-7\"(age) FROM individuals",
        "SELECT count(*), 'canary-7' || age FROM individuals",
    ] {
        let Err(refusal) = run::prepare(query, dataset.snapshot.catalogue()).await else {
            panic!("accepted: {query}");
        };
        assert!(!format!("{refusal:?}").contains("canary-7"), "{query}");
    }
}
