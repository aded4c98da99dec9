//! Workers: confined processes, each of which can be lost without anybody else
//! noticing.

use std::{
    convert::Infallible,
    fs,
    process::Command,
    time::{Duration, Instant},
};

use sekisho::{Leaf, Reason, Visit};
use sekisho_tests::{Consortium, Site, failure, only, shown};

const CANCER: &[&str] = &["demo-cancer"];
const PROJECT: &str = "P-0041";

/// A window over as many rows of results as a join may pair: it takes longer
/// than a visit may.
const LONG: &str = "WITH d AS (SELECT diagnosis, count(*) AS n FROM individuals GROUP BY diagnosis) \
    SELECT sum(m) FROM (SELECT median(a.n + b.n) OVER (ORDER BY c.n, d.n, e.n \
    ROWS BETWEEN 5000 PRECEDING AND 5000 FOLLOWING) AS m \
    FROM d a, d b, d c, d d, d e, d f, d g) t";

/// A worker, as the kernel sees it.
struct Process {
    pid: u32,
    /// What it has computed, in ticks of a hundredth of a second.
    ticks: u64,
}

/// The workers of an enclave's process.
fn workers(enclave: u32) -> Vec<Process> {
    let mut workers = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let pid = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok());
        let (Some(pid), Ok(stat)) = (pid, fs::read_to_string(entry.path().join("stat"))) else {
            continue;
        };
        // After the name, which stands in parentheses: the third field and on.
        let (_, fields) = stat.rsplit_once(')').unwrap();
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let number = |field: usize| fields[field - 3].parse::<u64>().unwrap();
        if number(4) == u64::from(enclave) {
            let ticks = number(14) + number(15);
            workers.push(Process { pid, ticks });
        }
    }
    workers
}

#[test]
fn workers_run_confined() {
    let consortium = Consortium::shared();
    let log = consortium.east.log();
    let line = log
        .lines()
        .find(|line| line.contains("workers are confined by"));
    let line = line.unwrap_or_else(|| panic!("the enclave does not say how workers are confined"));
    if line.contains("seccomp") {
        let workers = workers(consortium.east.pid().unwrap());
        assert!(!workers.is_empty());
        // One may have been started this moment, or ended.
        let confined = workers.iter().filter(|worker| {
            let status = fs::read_to_string(format!("/proc/{}/status", worker.pid));
            status.is_ok_and(|status| {
                status.contains("Seccomp:\t2") && status.contains("NoNewPrivs:\t1")
            })
        });
        assert!(confined.count() > 0);
    }
}

#[test]
fn an_enclave_that_requires_confinement_starts_where_the_kernel_gives_it_and_only_there() {
    let consortium = Consortium::builder().start();
    let config = fs::read_to_string(consortium.east.config()).unwrap();
    let required = config.replace("[workers]", "[workers]\nrequire_confinement = true");
    assert_ne!(config, required);
    fs::write(consortium.east.config(), required).unwrap();
    if consortium
        .east
        .log()
        .contains("workers are confined by landlock and seccomp")
    {
        consortium.east.restart();
        consortium.wait_until_ready();
        return;
    }
    consortium.east.kill9();
    let refused = Command::new(sekisho_tests::program("sekisho-enclave"))
        .args(["serve", "--config"])
        .arg(consortium.east.config())
        .output()
        .unwrap();
    assert!(!refused.status.success());
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("require_confinement"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_worker_is_one_constant_error_that_is_charged_and_nobody_else_notices() {
    let consortium = Consortium::builder()
        .policies(|policies| {
            policies.add_project(PROJECT, 1_000_000);
        })
        .start();
    let enclave = consortium.east.pid().unwrap();
    let visit = consortium.visit("aiko-tanaka", PROJECT).await;
    let beside = tokio::spawn(beside(consortium.visit("aiko-tanaka", "P-0001").await));
    let asked = tokio::spawn(async move {
        let ended = visit.sql(LONG, CANCER).await;
        (visit, ended)
    });
    // The one that computes is killed.
    let end = Instant::now() + Duration::from_secs(120);
    loop {
        assert!(Instant::now() < end, "no worker computes");
        let busy = workers(enclave)
            .into_iter()
            .max_by_key(|worker| worker.ticks);
        if let Some(busy) = busy.filter(|worker| worker.ticks > 200) {
            let pid = busy.pid.to_string();
            let killed = Command::new("kill").args(["-s", "KILL", &pid]).status();
            assert!(killed.unwrap().success());
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let (visit, ended) = asked.await.unwrap();
    let failure = failure(ended);
    assert_eq!(failure.reason, Reason::ExecutionFailed);
    assert_eq!(
        failure.message,
        "the query was charged and could not be completed"
    );
    let budgets = visit.budget().await.unwrap();
    let of_cancer = budgets.iter().find(|budget| budget.dataset == CANCER[0]);
    assert_eq!(of_cancer.unwrap().spent, 1);
    let leaves = consortium.audit(Site::East).leaves();
    let abandoned = leaves
        .iter()
        .filter(|leaf| matches!(leaf, Leaf::Abandon(_)));
    assert_eq!(abandoned.count(), 1);
    beside.abort();
    match beside.await {
        Err(ended) => assert!(ended.is_cancelled(), "a visit beside failed: {ended}"),
        Ok(never) => match never {},
    }
    assert_eq!(consortium.east.pid(), Some(enclave));
    let sql = "SELECT count(*) AS n FROM individuals WHERE age < 119";
    assert_eq!(shown(&only(visit.sql(sql, CANCER).await)), ["300"]);
}

/// Somebody who visits meanwhile.
async fn beside(visit: Visit) -> Infallible {
    for n in 1.. {
        let sql = format!("SELECT count(*) AS n FROM individuals WHERE age > 0.{n}");
        assert_eq!(shown(&only(visit.sql(&sql, CANCER).await)), ["300"]);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    unreachable!("numbers do not end")
}
