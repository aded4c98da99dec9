//! Datasets whose figures are perturbed: by cell keys, and with differential
//! privacy.

use std::sync::OnceLock;

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use sekisho::Reason;
use sekisho_tests::{Consortium, Dataset, Person, failure, only, shown};

use crate::{
    intruder::{Intruder, PEOPLE, counting},
    rates::{Attempt, Rates, normal, trials},
    victims::{by_weight, place, taken, victims, weight},
};

const PERSON: &str = "mika-ito";
const PROJECT: &str = "P-0101";

/// Projects with a budget of ten statistics each at the dataset `dp-small`.
const SMALL: [&str; 16] = [
    "P-0201", "P-0202", "P-0203", "P-0204", "P-0205", "P-0206", "P-0207", "P-0208", "P-0209",
    "P-0210", "P-0211", "P-0212", "P-0213", "P-0214", "P-0215", "P-0216",
];
const STATISTICS: usize = 10;

/// ρ of one statistic, and of one project at `dp-small`.
const RHO: f64 = 0.005;
const RHO_SMALL: f64 = 0.05;
/// Groups to which one person adds.
const GROUPS: f64 = 3.0;

fn profile(name: &str, mechanism: &str, parameters: &str) -> String {
    format!(
        "name = \"{name}\"\nsource = \"the tests\"\nmechanism = \"{mechanism}\"\n\
         threshold = 10\nrounding_base = 1\nsum_significant_digits = 0\n\
         dominance_top2_percent = 90\ndominance_rest_percent = 10\n{parameters}"
    )
}

/// A consortium with the datasets `cell-key`, `dp` and `dp-small`.
fn perturbed() -> &'static Consortium {
    static PERTURBED: OnceLock<Consortium> = OnceLock::new();
    PERTURBED.get_or_init(|| {
        let keys = "[cell_key]\nreach = 8\nvariance = 5.0\nsmall = 3\nmagnitude = 0.05\n";
        let dp = |project: f64, dataset: f64| {
            format!(
                "[dp]\nrho_statistic = {RHO}\nrho_project = {project}\nrho_dataset = {dataset:?}\n\
                 groups = 3\ndelta = 1e-9\nrows = 10\n"
            )
        };
        Consortium::builder()
            .policies(move |policies| {
                policies
                    .write(
                        "profiles/cell-key.toml",
                        &profile("cell-key", "cell-key", keys),
                    )
                    .write("profiles/dp.toml", &profile("dp", "dp", &dp(10.0, 20.0)))
                    .write(
                        "profiles/dp-small.toml",
                        &profile("dp-small", "dp", &dp(RHO_SMALL, 1.0)),
                    )
                    .add_account(PERSON, PROJECT, 100_000, &["cell-key", "dp"]);
                for project in SMALL {
                    policies.add_account(PERSON, project, 100_000, &["dp-small"]);
                }
            })
            .also(Dataset::population("cell-key", PEOPLE, 32).under("cell-key"))
            .also(Dataset::population("dp", PEOPLE, 33).under("dp"))
            .also(Dataset::population("dp-small", PEOPLE, 34).under("dp-small"))
            .start()
    })
}

async fn intruder(project: &str, dataset: &'static str) -> Intruder {
    Intruder {
        visit: perturbed().visit(PERSON, project).await,
        dataset,
    }
}

/// As in edges.rs: the attacker knows all other smokers of a range.
async fn informed(dataset: Dataset) -> Vec<Attempt> {
    let attacker = intruder(PROJECT, dataset.id).await;
    let people = by_weight(&dataset);
    let mut random = StdRng::seed_from_u64(35);
    let mut attempts = Vec::new();
    let suits = |p: &Person| place(&people, p) > 120;
    for victim in victims(&dataset, &mut random, trials(), suits) {
        let at = place(&people, victim);
        let below: Vec<_> = people.iter().take(at).rev().filter(|p| p.smoker).collect();
        let known = random.random_range(20..45);
        let from = weight(below.get(known - 1).unwrap());
        let reply = attacker
            .count(&format!(
                "smoker AND weight BETWEEN {from} AND {}",
                weight(victim)
            ))
            .await;
        let smokes = reply.number().is_some_and(|n| n > known as f64 + 0.5);
        attempts.push(taken(&reply, smokes, victim.smoker));
    }
    attempts
}

/// Noise of variance 5 against a difference of one.
#[tokio::test(flavor = "multi_thread")]
async fn who_knows_all_others_is_bounded_by_the_noise_of_cell_keys() {
    let attempts = informed(Dataset::population("cell-key", PEOPLE, 32)).await;
    let bound = normal(0.5 / 5.0_f64.sqrt());
    Rates::of("informed-cell-key", "cell keys", &attempts, 0.5, bound).report();
}

/// A discrete Gaussian of σ = √κ/√(2ρ) against a difference of one.
#[tokio::test(flavor = "multi_thread")]
async fn who_knows_all_others_is_bounded_by_differential_privacy() {
    let attempts = informed(Dataset::population("dp", PEOPLE, 33)).await;
    let bound = normal(0.5 * (2.0 * RHO / GROUPS).sqrt());
    Rates::of("informed-dp", "differential privacy", &attempts, 0.5, bound).report();
}

/// Each account asks for the same table in other words until its budget is
/// spent, and takes the mean. The attacker wants to know of each group whether
/// one is in it whom it knows to be in or out. The bound is that of all the ρ
/// of a project.
#[tokio::test(flavor = "multi_thread")]
async fn a_mean_of_repeats_is_bounded_by_the_budget() {
    let people = Dataset::population("dp-small", PEOPLE, 34);
    let groups = ["lung", "liver", "breast", "stomach"];
    let mut random = StdRng::seed_from_u64(36);
    let mut attempts = Vec::new();
    for project in SMALL.iter().skip(1) {
        let attacker = intruder(project, "dp-small").await;
        let mut tables = Vec::new();
        let mut met = crate::rates::Met::Refusal;
        for n in 0..STATISTICS + 2 {
            let sql = format!(
                "SELECT diagnosis, count(*) AS n FROM individuals WHERE age < {} GROUP BY diagnosis",
                100 + n
            );
            let reply = attacker.ask(&sql).await;
            met = met.max(reply.met());
            tables.push(reply.rows());
        }
        for group in groups {
            let figures: Vec<f64> = tables
                .iter()
                .flatten()
                .filter_map(|row| row.strip_prefix(group)?.trim().parse().ok())
                .collect();
            let mean = figures.iter().sum::<f64>() / figures.len().max(1) as f64;
            let is_in = random.random_bool(0.5);
            let size = people.count(|p| p.diagnosis == group) as f64;
            let without = if is_in { size - 1.0 } else { size };
            attempts.push(Attempt {
                right: (mean > without + 0.5) == is_in,
                met,
            });
        }
    }
    let bound = normal(0.5 * (2.0 * RHO_SMALL).sqrt());
    Rates::of(
        "averaging-dp",
        "differential privacy; budget",
        &attempts,
        0.5,
        bound,
    )
    .report();
}

/// The same question is free and has the same figures; another, or one that
/// fails, is charged. A project gets as many statistics as its ρ says, and no
/// refund.
#[tokio::test(flavor = "multi_thread")]
async fn repetition_is_free_and_nothing_is_refunded() {
    let attacker = intruder(SMALL[0], "dp-small").await;
    let sql = |age: usize| counting(&format!("age < {age}"));
    let asked = async |sql: &str| attacker.visit.sql(sql, &["dp-small"]).await;
    let first = only(asked(&sql(100)).await);
    for same in [
        sql(100),
        sql(100).to_lowercase(),
        sql(100).replace(" <", "\n  <"),
    ] {
        let again = only(asked(&same).await);
        assert!(again.release.repeated, "{same}");
        assert_eq!(shown(&again), shown(&first));
    }
    // It fails once its figures are known, and is charged as if it had not.
    let failing = "SELECT 1 / (n - n) AS l FROM \
                   (SELECT sex, count(*) AS n FROM individuals GROUP BY sex) t";
    let failed = failure(asked(failing).await);
    assert_eq!(failed.reason, Reason::ExecutionFailed, "{failed}");
    for n in 2..STATISTICS {
        assert!(!only(asked(&sql(100 + n)).await).release.repeated);
    }
    let refused = failure(asked(&sql(199)).await);
    assert_eq!(refused.reason, Reason::BudgetExhausted, "{refused}");
    // What was released stays free.
    assert!(only(asked(&sql(100)).await).release.repeated);
}
