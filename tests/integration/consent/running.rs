//! While visits run.

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use sekisho::{Error, Failure, Leaf, Reason};
use sekisho_tests::{Consortium, Dataset, Site, failure, only, shown};

use super::{CANCER, COUNT, aiko, consortium, who, withdraw};

/// A window over many rows of results: it runs for seconds after it was charged.
const LONG: &str = "WITH d AS (SELECT diagnosis, count(*) AS n FROM individuals GROUP BY diagnosis) \
    SELECT sum(m) FROM (SELECT median(a.n + b.n) OVER (ORDER BY c.n, d.n, e.n \
    ROWS BETWEEN 200 PRECEDING AND 200 FOLLOWING) AS m \
    FROM d a, d b, d c, d d, d e, d f, d g) t";

/// Stops or continues the workers of an enclave.
fn signal_workers(enclave: u32, signal: &str) {
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else {
            continue;
        };
        let (_, fields) = stat.rsplit_once(')').unwrap();
        if fields.split_whitespace().nth(1) == Some(&enclave.to_string()) {
            let pid = entry.file_name();
            let sent = Command::new("kill").args(["-s", signal]).arg(pid).status();
            assert!(sent.unwrap().success());
        }
    }
}

/// Waits until the ledger has a leaf.
async fn noted(consortium: &Consortium, is: impl Fn(&Leaf) -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while Instant::now() < end {
        if consortium.audit(Site::East).leaves().iter().any(&is) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the ledger never had it");
}

/// Begins a visit, withdraws people while its worker stands still, and lets it end.
async fn withdrawn_meanwhile(consortium: &Consortium, who: &[String]) -> Result<(), Failure> {
    let enclave = consortium.east.pid().unwrap();
    let visit = aiko(consortium).await;
    let asked = tokio::spawn(async move { visit.sql(LONG, &[CANCER]).await });
    noted(consortium, |leaf| matches!(leaf, Leaf::Charge(_))).await;
    signal_workers(enclave, "STOP");
    withdraw(consortium, who);
    signal_workers(enclave, "CONT");
    match asked.await.unwrap() {
        Ok(mut answers) => answers.remove(0).1.map(drop),
        Err(Error::Failed(failure)) => Err(failure),
        Err(error) => panic!("{error}"),
    }
}

/// How the last visit ended, in the ledger.
fn last(consortium: &Consortium) -> Leaf {
    consortium.audit(Site::East).leaves().pop().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_that_counts_somebody_who_withdraws_before_it_ends_releases_nothing() {
    let consortium = consortium();
    let ended = withdrawn_meanwhile(&consortium, &who(|p| p.id == "e0007")).await;
    let ended = ended.unwrap_err();
    assert_eq!(ended.reason, Reason::ExecutionFailed, "{ended}");
    assert!(!ended.to_string().contains("withdr"), "{ended}");
    let leaves = consortium.audit(Site::East).leaves();
    assert!(
        matches!(leaves.last(), Some(Leaf::Abandon(_))),
        "{leaves:?}"
    );
    assert!(!leaves.iter().any(|leaf| matches!(leaf, Leaf::Release(_))));
    // Asked again, it is answered without them, and not told from nine others: the
    // set that counted them was described, if to nobody.
    let answer = only(aiko(&consortium).await.sql(COUNT, &[CANCER]).await);
    let counted: usize = shown(&answer).concat().parse().unwrap();
    assert!(counted <= 290, "{counted}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_is_not_ended_by_somebody_whom_it_could_not_count() {
    let consortium = consortium();
    let gone = who(|person| person.diagnosis == "stomach");
    withdraw(&consortium, &gone);
    withdrawn_meanwhile(&consortium, &gone).await.unwrap();
    assert!(matches!(last(&consortium), Leaf::Release(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_waits_for_its_tick_does_not_leave_with_somebody_who_withdrew() {
    let consortium = Consortium::builder()
        .dataset(Site::East, Dataset::cancer())
        .policies(|policies| {
            let slow = policies.read("profiles/standard.toml")
                + "\n[channel]\ntick_ms = 20000\nfactor = 2\n";
            policies.write("profiles/standard.toml", &slow);
        })
        .start();
    let visit = aiko(&consortium).await;
    let asked = tokio::spawn(async move { visit.sql(COUNT, &[CANCER]).await });
    noted(&consortium, |leaf| matches!(leaf, Leaf::Release(_))).await;
    withdraw(&consortium, &who(|person| person.id == "e0007"));
    let kept_back = failure(asked.await.unwrap());
    assert_eq!(kept_back.reason, Reason::ExecutionFailed, "{kept_back}");
}

#[test]
fn the_operators_socket_is_for_the_enclaves_user() {
    let consortium = consortium();
    let socket = consortium.audit(Site::East).folder().join("control");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&socket), 0o600);
    let own = fs::metadata("/proc/self").unwrap().uid();
    assert_eq!(fs::metadata(&socket).unwrap().uid(), own);
    // Words that are not the command's change nothing and end nothing.
    for words in [
        b"".as_slice(),
        b"{}",
        b"{\"count\":{\"dataset\":\"demo-cancer\",\"more\":1}}",
        b"{\"change\":{\"dataset\":\"demo-cancer\",\"record\":{\"withdraw\":\"AAAA\"}}}",
        &[0xff; 70_000],
    ] {
        use std::io::{Read as _, Write as _};
        let mut stream = std::os::unix::net::UnixStream::connect(&socket).unwrap();
        // It may hang up before all is written.
        let _ = stream.write_all(words);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.contains("failed"), "{answer}");
    }
    let shown = consortium.consent(Site::East, &["show"]).succeeded();
    assert_eq!(shown, "0 consents on record at demo-cancer\n0 withdrawn\n");
}
