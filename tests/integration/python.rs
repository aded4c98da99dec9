//! The Python SDK's live tests, against the consortium that runs here.

use std::{
    fs,
    process::{Command, Stdio},
};

use sekisho_tests::{Consortium, root};

#[tokio::test]
#[expect(clippy::print_stdout, reason = "what is skipped is said")]
async fn the_python_sdk_visits_it_too() {
    let Some(python) = std::env::var_os("SEKISHO_PYTHON") else {
        println!("skipped: SEKISHO_PYTHON names no Python with the SDK; `make test` sets it");
        return;
    };
    let consortium = Consortium::shared();
    let visit = consortium.visit("aiko-tanaka", "P-0001").await;
    let keys = visit.ledger_keys().await.unwrap();
    let trust: Vec<String> = keys.iter().map(|(_, key)| key.to_string()).collect();
    let server = consortium.folder().join("server.json");
    let description = serde_json::json!({
        "address": consortium.address(),
        "ca": "ca.pem",
        "identities": { "researcher": "people/aiko-tanaka.pem" },
        "trust": trust.join("\n"),
        "datasets": ["demo-cancer", "demo-control"],
        "project": "P-0001",
    });
    fs::write(&server, description.to_string()).unwrap();
    let ran = Command::new(python)
        .args([
            "-m",
            "pytest",
            "-q",
            "-rs",
            "-c",
            "sdk/python/pyproject.toml",
            "tests/python/test_visit.py",
        ])
        .current_dir(root())
        .env("SEKISHO_TEST_SERVER", server)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let out = String::from_utf8_lossy(&ran.stdout);
    assert!(
        ran.status.success(),
        "{out}{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    assert!(out.contains(" passed") && !out.contains("skipped"), "{out}");
}
