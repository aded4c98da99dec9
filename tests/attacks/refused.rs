//! What is refused by its text, sent over the wire.

use std::fs;

use sekisho::Reason;
use sekisho_tests::{Consortium, failure, root};

const CANCER: &[&str] = &["demo-cancer"];

/// The golden file of the query crate: blocks between empty lines; a line `--`
/// is a remark.
fn statements() -> Vec<String> {
    let text = fs::read_to_string(root().join("enclave/query/golden/refused.sql")).unwrap();
    let blocks = text.split("\n\n").map(|block| {
        let lines = block.lines().filter(|line| !line.starts_with("--"));
        lines.collect::<Vec<_>>().join("\n")
    });
    blocks.filter(|block| !block.trim().is_empty()).collect()
}

/// The rule that each of them meets, in the same order.
fn rules() -> Vec<String> {
    let text = fs::read_to_string(root().join("enclave/query/golden/refused.txt")).unwrap();
    let told = text.split("\n\n").filter(|block| !block.trim().is_empty());
    told.map(|block| {
        // `  ` stands before the statement and its mark; then come `rule: text`.
        let line = block.lines().find(|line| !line.starts_with("  ")).unwrap();
        line.split_once(": ").unwrap().0.to_owned()
    })
    .collect()
}

/// Every statement of the golden file is refused by a real enclave by the same
/// rule, and nothing is charged for it.
#[tokio::test(flavor = "multi_thread")]
async fn every_statement_of_the_golden_file_is_refused_over_the_wire() {
    let visit = Consortium::shared().visit("aiko-tanaka", "P-0010").await;
    let spent = async || {
        let budgets = visit.budget().await.unwrap();
        budgets.iter().map(|budget| budget.spent).sum::<u64>()
    };
    let before = spent().await;
    let (statements, rules) = (statements(), rules());
    assert_eq!(statements.len(), rules.len());
    for (sql, rule) in statements.iter().zip(&rules) {
        let refused = failure(visit.sql(sql, CANCER).await);
        assert_eq!(refused.reason, Reason::QueryRefused, "{sql}: {refused}");
        assert_eq!(&refused.refusal.unwrap().rule, rule, "{sql}");
    }
    assert_eq!(spent().await, before);
}
