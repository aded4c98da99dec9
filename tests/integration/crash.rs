//! Crashes: `kill -9` in the middle of visits, again and again.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use rand::Rng as _;
use sekisho::{Error, Leaf, Reason, Visit};
use sekisho_tests::{Consortium, Report, Site};
use serde::Serialize;

/// How many visitors ask at once.
const VISITORS: usize = 4;
/// How long the first answer after a crash may take.
const ANSWER: Duration = Duration::from_secs(120);

/// A release that a visitor holds in hands.
#[derive(Clone, Debug)]
struct Acknowledged {
    leaf_index: u64,
    leaf: String,
}

#[derive(Serialize)]
struct Row {
    failpoint: &'static str,
    rounds: u64,
    acknowledged: usize,
    /// Acknowledged releases that the ledger does not hold as they were sent.
    lost: usize,
    /// Releases without a charge of their own, and charges that the budget misses.
    unaccounted: usize,
}

fn rounds() -> u64 {
    let asked = std::env::var("SEKISHO_CRASH_ROUNDS").ok();
    asked.map_or(8, |asked| asked.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_enclave_forgets_no_charge() {
    let consortium = Arc::new(
        Consortium::builder()
            .policies(|policies| {
                policies.add_project("P-0030", 1_000_000);
            })
            .start(),
    );
    let acknowledged: Arc<Mutex<Vec<Acknowledged>>> = Arc::default();
    let (over, question) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicU64::new(1)),
    );
    let mut visitors = tokio::task::JoinSet::new();
    for _ in 0..VISITORS {
        let visit = consortium.visit("aiko-tanaka", "P-0030").await;
        visitors.spawn(ask(
            visit,
            Arc::clone(&over),
            Arc::clone(&question),
            Arc::clone(&acknowledged),
        ));
    }
    for _ in 0..rounds() {
        let before = count(&acknowledged);
        let pause = rand::rng().random_range(0..400);
        tokio::time::sleep(Duration::from_millis(pause)).await;
        let restarted = Arc::clone(&consortium);
        // Killed at once; it must start again from whatever that left behind.
        tokio::task::spawn_blocking(move || restarted.east.restart())
            .await
            .unwrap();
        // Somebody gets an answer between two crashes.
        let answered = async {
            while count(&acknowledged) == before {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let answered = tokio::time::timeout(ANSWER, answered).await;
        assert!(answered.is_ok(), "nobody is answered any more");
    }
    over.store(true, Ordering::Relaxed);
    while let Some(ended) = visitors.join_next().await {
        ended.unwrap();
    }
    let visit = consortium.visit("aiko-tanaka", "P-0030").await;
    let budgets = visit.budget().await.unwrap();
    let key = visit.ledger_keys().await.unwrap().remove(0).1.to_string();
    consortium.east.kill9();

    let audit = consortium.audit(Site::East);
    audit.verify(&["--key", &key]).succeeded();
    let lines = audit.lines();
    let acknowledged = held(&acknowledged);
    let lost = acknowledged
        .iter()
        .filter(|held| lines.get(usize::try_from(held.leaf_index).unwrap()) != Some(&held.leaf))
        .count();
    let unaccounted = unaccounted(&audit.leaves(), budgets[0].spent);
    let row = Row {
        failpoint: "kill -9 at any time",
        rounds: rounds(),
        acknowledged: acknowledged.len(),
        lost,
        unaccounted,
    };
    Report::open("crash").row(&row);
    assert_eq!((lost, unaccounted), (0, 0));
    assert!(acknowledged.len() as u64 >= rounds());
}

/// Asks one new question after the other; one that breaks off is asked again
/// with the same key.
async fn ask(
    visit: Visit,
    over: Arc<AtomicBool>,
    question: Arc<AtomicU64>,
    acknowledged: Arc<Mutex<Vec<Acknowledged>>>,
) {
    while !over.load(Ordering::Relaxed) {
        let n = question.fetch_add(1, Ordering::Relaxed);
        let sql = format!("SELECT count(*) AS n FROM individuals WHERE age > 0.{n}");
        while !over.load(Ordering::Relaxed) {
            match visit
                .sql_once(&sql, &["demo-cancer"], &format!("visit-{n}"))
                .await
            {
                Ok(mut answers) => {
                    let receipt = answers.remove(0).1.unwrap().receipt;
                    held_mut(&acknowledged).push(Acknowledged {
                        leaf_index: receipt.leaf_index,
                        leaf: String::from_utf8(receipt.leaf).unwrap(),
                    });
                    break;
                }
                // The enclave is away.
                Err(Error::Failed(failure)) => {
                    let away = matches!(failure.reason, Reason::SiteUnavailable | Reason::Internal);
                    assert!(away, "{failure}");
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                Err(error) => panic!("the gateway went with the enclave: {error}"),
            }
        }
    }
}

/// Releases that have no charge of their own, and charges that the sum of
/// what is spent leaves out.
fn unaccounted(leaves: &[Leaf], spent: u64) -> usize {
    let mut charges = BTreeMap::new();
    let mut ended = BTreeSet::new();
    let mut unaccounted = 0;
    for leaf in leaves {
        match leaf {
            Leaf::Charge(charge) => {
                // The budget goes up by each charge and never down.
                let before: u64 = charges.values().sum();
                let consistent =
                    charge.spent_before == before && charge.spent_after == before + charge.charge;
                unaccounted += usize::from(!consistent);
                charges.insert(charge.sequence, charge.charge);
            }
            Leaf::Release(release) => {
                let own = charges.contains_key(&release.charge_sequence)
                    && ended.insert(release.charge_sequence);
                unaccounted += usize::from(!own);
            }
            Leaf::Abandon(abandon) => {
                let own = charges.contains_key(&abandon.charge_sequence)
                    && ended.insert(abandon.charge_sequence);
                unaccounted += usize::from(!own);
            }
            Leaf::Metering(metering) => {
                let open = charges.contains_key(&metering.charge_sequence)
                    && !ended.contains(&metering.charge_sequence);
                unaccounted += usize::from(!open);
            }
            Leaf::Policy(_) | Leaf::HolderPolicy(_) | Leaf::Consent(_) => {}
        }
    }
    unaccounted + usize::from(charges.values().sum::<u64>() != spent)
}

fn held_mut(
    acknowledged: &Mutex<Vec<Acknowledged>>,
) -> std::sync::MutexGuard<'_, Vec<Acknowledged>> {
    acknowledged.lock().unwrap_or_else(PoisonError::into_inner)
}

fn held(acknowledged: &Mutex<Vec<Acknowledged>>) -> Vec<Acknowledged> {
    held_mut(acknowledged).clone()
}

fn count(acknowledged: &Mutex<Vec<Acknowledged>>) -> usize {
    held_mut(acknowledged).len()
}
