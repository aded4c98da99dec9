//! The same visit with the SDK for Python.

use std::{fmt::Write as _, process::Command};

use super::{
    G1000,
    germline::{BY_SUPER_POPULATION, SUPER_POPULATION_SQL},
    held,
};

const SCRIPT: &str = r#"
import sys
import sekisho

address, identity, ca, trust, dataset, sql = sys.argv[1:]
with sekisho.connect(address, identity=identity, ca=ca, project="P-0001", trust=trust) as visit:
    result = visit.sql(sql, datasets=[dataset])
verified = result.receipt.verify()
assert verified.pinned
assert verified.leaf["dataset"] == dataset
for row in result.to_arrow().to_pylist():
    print(*row.values())
"#;

#[tokio::test]
#[expect(clippy::print_stderr, reason = "says that the test was skipped")]
async fn a_visitor_with_python_is_told_the_same_and_can_prove_it() {
    let Some(held) = held() else { return };
    let Some(python) = std::env::var_os("SEKISHO_PYTHON") else {
        eprintln!("skipped: SEKISHO_PYTHON names no interpreter that has the SDK");
        return;
    };
    let opened = held.opened();
    let connection = opened.0.connection("aiko-tanaka", "P-0001");
    let visit = opened.visit().await;
    let keys = visit.ledger_keys().await.unwrap();
    let key = keys.into_iter().find(|(dataset, _)| dataset == G1000);
    let ran = Command::new(python)
        .args(["-c", SCRIPT])
        .arg(&connection.address)
        .arg(&connection.identity)
        .arg(&connection.ca)
        .arg(key.unwrap().1.to_string())
        .args([G1000, SUPER_POPULATION_SQL])
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{errors}");
    let mut expected = String::new();
    for (name, n) in BY_SUPER_POPULATION {
        writeln!(expected, "{name} {n}").unwrap();
    }
    assert_eq!(String::from_utf8_lossy(&ran.stdout), expected);
}
