//! Sets that are signed and activated while servers run, and decisions on record.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use sekisho::{Leaf, Reason};
use sekisho_tests::{Consortium, Server, Site, failure, only, run};

use super::{CANCER, COUNT, visit};

fn tool(words: &[&str]) -> String {
    run("sekisho-policy", words).succeeded()
}

/// Waits until a server has said something.
fn said(server: &Server, what: &str) {
    let end = Instant::now() + Duration::from_secs(60);
    while Instant::now() < end {
        if server.log().contains(what) {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("`{what}` was not said:\n{}", server.log());
}

/// Signs a folder as two of its committee.
fn sign(keys: &Path, dir: &str, serial: &str) {
    for name in ["haruka", "mei"] {
        let key = keys.join(format!("{name}.key"));
        tool(&[
            "sign",
            dir,
            "--serial",
            serial,
            "--name",
            name,
            "--key",
            key.to_str().unwrap(),
        ]);
    }
}

#[tokio::test]
async fn signed_sets_are_followed_at_once_and_older_ones_never() {
    let consortium = Consortium::builder().start();
    let at = consortium.folder();
    let keys = at.join("keys");
    fs::create_dir(&keys).unwrap();
    let mut demand =
        "\n[policy_signatures]\nthreshold = 2\nserial = \"serial\"\n[policy_signatures.keys]\n"
            .to_owned();
    let mut table = "\n[signing]\nthreshold = 2\n[signing.keys]\n".to_owned();
    for name in ["haruka", "mei", "ren"] {
        let said = tool(&["keygen", name, "--folder", keys.to_str().unwrap()]);
        let line = said.lines().last().unwrap();
        table += &format!("{line}\n");
        demand += &format!("{line}\n");
    }
    let draft = consortium.policies();
    let page = draft.read("consortium.toml");
    draft.write("consortium.toml", &(page + &table));
    let dir = draft.folder().to_str().unwrap().to_owned();
    let active = at.join("active");
    let active = active.to_str().unwrap();
    sign(&keys, &dir, "1");
    tool(&["activate", &dir, active]);
    // The gateway reads what is active, and demands signatures itself.
    let config = consortium.gateway.config();
    let text = fs::read_to_string(config).unwrap();
    let text = text.replace(
        "policies = \"policies\"",
        "policies = \"active/current\"\ndecisions = \"decisions\"",
    );
    fs::write(config, text + &demand).unwrap();
    consortium.gateway.restart();
    consortium.wait_until_ready();
    let asked = visit(&consortium).await;
    only(asked.sql(COUNT, &[CANCER]).await);
    draft.add(
        "grants.csv",
        "P-0001,demo-cancer,*,*,*,,deny,2026-04-01,2035-12-31",
    );
    sign(&keys, &dir, "2");
    let told = tool(&["activate", &dir, active]);
    let digest = told.trim().rsplit(' ').next().unwrap().to_owned();
    said(&consortium.gateway, &digest);
    let denied = failure(asked.sql(COUNT, &[CANCER]).await);
    assert_eq!(denied.reason, Reason::PolicyDenied);
    // The enclaves' ledgers know it without a visit.
    for site in [Site::East, Site::West] {
        let end = Instant::now() + Duration::from_secs(60);
        let noted = |leaf: &Leaf| matches!(leaf, Leaf::Policy(leaf) if leaf.policy_digest.to_string() == digest);
        while !consortium.audit(site).leaves().iter().any(noted) {
            assert!(Instant::now() < end, "{site:?} was not told");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
    // Somebody who can write to the folder turns the link back: nothing comes of it.
    let link = at.join("active/current");
    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink("sets/1", &link).unwrap();
    said(&consortium.gateway, "policies not reloaded");
    let denied = failure(asked.sql(COUNT, &[CANCER]).await);
    assert_eq!(denied.reason, Reason::PolicyDenied);
    // Nor does a restart forget.
    let config = config.to_str().unwrap();
    consortium.gateway.kill9();
    let ran = run("sekisho-gateway", &["serve", "--config", config]);
    assert!(ran.code == Some(1) && ran.err.contains("serial"), "{ran:?}");

    // What was decided is on record, and can be put to other files.
    let decisions = at.join("decisions");
    let replayed = tool(&["replay", &dir, "--decisions", decisions.to_str().unwrap()]);
    assert!(
        replayed.contains("would be answered otherwise"),
        "{replayed}"
    );
    let flip = replayed
        .lines()
        .find(|line| line.contains("query at demo-cancer"))
        .unwrap();
    assert!(
        flip.contains("aiko-tanaka (P-0001)") && flip.contains("instead of allow"),
        "{flip}"
    );
}

#[tokio::test]
async fn a_decision_that_cannot_be_recorded_is_not_acted_on() {
    let consortium = Consortium::builder().start();
    let config = consortium.gateway.config();
    let text = fs::read_to_string(config).unwrap();
    fs::write(config, format!("decisions = \"decisions\"\n{text}")).unwrap();
    consortium.gateway.restart();
    consortium.wait_until_ready();
    let asked = visit(&consortium).await;
    only(asked.sql(COUNT, &[CANCER]).await);
    // A folder in place of tomorrow's and today's file: it cannot be appended to.
    consortium.gateway.stop();
    let decisions = consortium.folder().join("decisions");
    for entry in fs::read_dir(&decisions).unwrap() {
        let file = entry.unwrap().path();
        fs::remove_file(&file).unwrap();
        fs::create_dir(&file).unwrap();
    }
    consortium.gateway.restart();
    let failed = failure(visit(&consortium).await.sql(COUNT, &[CANCER]).await);
    assert_eq!(failed.reason, Reason::Internal);
    assert!(failed.message.contains("could not be recorded"), "{failed}");
}
