//! What `check` says of a query before it is asked.

use sekisho::Leaf;
use sekisho_tests::{Consortium, Dataset, Site};

use super::{CANCER, PERSON};

#[tokio::test]
async fn a_check_says_by_what_at_what_price_and_whether_genomes_are_exposed() {
    let project = "P-0022";
    let consortium = Consortium::builder()
        .also(Dataset::population("noisy", 100, 50).under("dp"))
        .also(Dataset::population("perturbed", 100, 51).under("cell-key"))
        .policies(move |policies| {
            let held = [CANCER, "noisy", "perturbed"];
            policies.add_account(PERSON, project, 100, &held);
        })
        .start();
    let visit = consortium.visit(PERSON, project).await;
    let people = "SELECT sex, count(*) AS n, avg(age) AS age FROM individuals GROUP BY sex";
    let carriers = "SELECT count(DISTINCT g.individual_id) AS n FROM genotypes g \
                    JOIN variants v ON g.variant_id = v.variant_id \
                    WHERE g.dosage >= 1 AND v.gene = 'KRAS'";
    for (dataset, mechanism, rho) in [
        (CANCER, "suppress", [0, 0]),
        ("perturbed", "cell-key", [0, 0]),
        // A count, and a mean of two figures.
        ("noisy", "dp", [15_000_000, 5_000_000]),
    ] {
        // Under differential privacy, ρ bounds what genomes tell.
        let questions = [(people, false), (carriers, mechanism != "dp")];
        for ((sql, exposes), rho) in questions.into_iter().zip(rho) {
            let said = visit.check(sql, &[dataset]).await.unwrap().remove(0);
            assert!(said.accepted, "{said:?}");
            assert_eq!(said.mechanism, mechanism, "{dataset}: {sql}");
            assert_eq!(said.rho_nano, rho, "{dataset}: {sql}");
            assert_eq!(said.exposes_genomes, exposes, "{dataset}: {sql}");
            assert_eq!(said.charge, 1);
        }
    }
    // It reads nothing and charges nothing.
    let budgets = visit.budget().await.unwrap();
    assert!(
        budgets.iter().all(|budget| budget.spent == 0),
        "{budgets:?}"
    );
    let leaves = consortium.audit(Site::East).leaves();
    let of_policies = |leaf: &Leaf| matches!(leaf, Leaf::Policy(_) | Leaf::HolderPolicy(_));
    assert!(leaves.iter().all(of_policies), "{leaves:?}");
}
