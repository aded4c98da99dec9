//! Ways around the threshold and the rounding that others once took.

use super::{Dataset, answer, shown};
use crate::{Rule, run};

/// Those with bone cancer are five.
const BONE: [&str; 4] = [
    "count(*) FILTER (WHERE diagnosis = 'bone')",
    "count(DISTINCT individual_id) FILTER (WHERE diagnosis = 'bone')",
    "sum(CASE WHEN diagnosis = 'bone' THEN 1 ELSE 0 END)",
    "count(CASE WHEN diagnosis = 'bone' THEN 1 END)",
];

#[tokio::test]
async fn zeros_of_others_do_not_make_a_crowd_of_a_few() {
    let dataset = Dataset::new();
    for n in BONE {
        for figure in ["sum(n)", "avg(n)", "var_pop(n)", "stddev(n)"] {
            let sql = format!(
                "SELECT {figure} FROM (SELECT individual_id, {n} AS n FROM individuals \
                 GROUP BY individual_id) t"
            );
            assert_eq!(shown(&dataset, &sql).await, ["-"], "{sql}");
        }
    }
    // Many are shown, zeros or not.
    let sql = "SELECT sum(n) FROM (SELECT individual_id, count(*) FILTER \
               (WHERE diagnosis = 'lung') AS n FROM individuals GROUP BY individual_id) t";
    assert_eq!(shown(&dataset, sql).await, ["120"]);
}

#[tokio::test]
async fn whole_numbers_are_not_summed_as_fractions_without_rounding() {
    let dataset = Dataset::new();
    for sql in [
        "SELECT sum(m) FROM (SELECT CAST(age AS DOUBLE) AS m FROM individuals) t",
        "SELECT sum(m) FROM (SELECT individual_id, avg(age) AS m FROM individuals GROUP BY individual_id) t",
        "SELECT sum(m) FROM (SELECT individual_id, avg(n) AS m FROM (SELECT individual_id, \
         count(*) AS n FROM samples GROUP BY individual_id) t GROUP BY individual_id) u",
        "SELECT avg(m) FROM (SELECT individual_id, avg(CAST(smoker AS INT)) AS m FROM individuals GROUP BY individual_id) t",
    ] {
        let refusal = answer(&dataset, sql).await.unwrap_err();
        assert_eq!(refusal.rule, Rule::AggregateArgument, "{sql}");
    }
    // 861: rounded as whole numbers are.
    let sql = "SELECT sum(CAST(age AS DOUBLE)) FROM individuals WHERE age < 43";
    assert_eq!(shown(&dataset, sql).await, ["860.0"]);
}

#[tokio::test]
async fn measures_know_which_of_them_are_under_one_filter() {
    let dataset = Dataset::new();
    let sql = "SELECT count(*), count(*) FILTER (WHERE v.pos = 1), avg(age) FILTER (WHERE v.pos = 1), \
               count(DISTINCT g.individual_id), count(*) FILTER (WHERE v.pos = 2) FROM genotypes g \
               JOIN variants v ON g.variant_id = v.variant_id \
               JOIN individuals i ON i.individual_id = g.individual_id WHERE g.dosage >= 1";
    let prepared = run::prepare(sql, dataset.snapshot.catalogue())
        .await
        .unwrap();
    let filters: Vec<u32> = (prepared.cuts()[0].shape.measures.iter())
        .map(|measure| measure.filter)
        .collect();
    assert_eq!(filters, [0, 1, 1, 0, 4]);
}
