//! What is answered, and with what.

use super::{Dataset, answer, shown};

#[tokio::test]
async fn individuals_are_counted_by_declared_groups_and_small_ones_are_hidden() {
    let dataset = Dataset::new();
    let sql =
        "SELECT diagnosis, count(DISTINCT individual_id) AS n FROM individuals GROUP BY diagnosis";
    // Bone has five, so liver, the next smallest, is hidden with it.
    assert_eq!(
        shown(&dataset, sql).await,
        ["lung 120", "liver -", "bone -"]
    );
}

#[tokio::test]
async fn rows_and_individuals_are_different_things() {
    let dataset = Dataset::new();
    let sql = "SELECT count(*) AS rows, count(DISTINCT individual_id) AS people FROM samples";
    assert_eq!(shown(&dataset, sql).await, ["400 200"]);
}

#[tokio::test]
async fn sums_and_means_are_made_of_rounded_parts() {
    let dataset = Dataset::new();
    let sql = "SELECT sum(age), avg(age), count(weight), avg(weight) FROM individuals";
    // Σ age = 10 870, Σ weight = 12 610 of 180 who have one, kept to three digits.
    let sums: i64 = (0..200).map(|n| 40 + n % 30).sum();
    let weights: f64 = (0..200)
        .filter(|n| n % 10 != 0)
        .map(|n| f64::from(50 + n % 40) + 0.5)
        .sum();
    let rounded = (sums + 2) / 5 * 5;
    let digits: f64 = format!("{weights:.2e}").parse().unwrap();
    let expected = format!(
        "{rounded} {:?} 180 {:?}",
        rounded as f64 / 200.0,
        digits / 180.0
    );
    assert_eq!(shown(&dataset, sql).await, [expected]);
}

#[tokio::test]
async fn predicates_on_literals_select_the_cohort() {
    let dataset = Dataset::new();
    let of = async |predicate: &str| {
        let sql = format!("SELECT count(*) AS n FROM individuals WHERE {predicate}");
        shown(&dataset, &sql).await.remove(0)
    };
    assert_eq!(of("sex = 'female'").await, "100");
    assert_eq!(
        of("sex IN ('female', 'male') AND NOT diagnosis = 'bone'").await,
        "195"
    );
    assert_eq!(of("age BETWEEN 40 AND 49").await, "70");
    assert_eq!(of("age > 49.5 OR age <= 41").await, "145");
    assert_eq!(of("weight IS NULL").await, "20");
    assert_eq!(of("weight IS NOT NULL AND -1 < weight").await, "180");
    assert_eq!(of("smoker").await, "50");
    assert_eq!(of("smoker = false").await, "150");
    assert_eq!(of("registered_on >= '2018-01-01'").await, "80");
    assert_eq!(of("registered_on < DATE '2016-01-01'").await, "40");
    assert_eq!(of("diagnosis = 'bone'").await, "-");
}

#[tokio::test]
async fn a_filter_that_selects_nobody_looks_like_one_that_selects_few() {
    let dataset = Dataset::new();
    let none = answer(
        &dataset,
        "SELECT count(*) AS n FROM individuals WHERE age > 119",
    )
    .await
    .unwrap();
    let few = answer(
        &dataset,
        "SELECT count(*) AS n FROM individuals WHERE diagnosis = 'bone'",
    )
    .await
    .unwrap();
    assert_eq!(none, few);
}

#[tokio::test]
async fn private_tables_join_on_the_individual() {
    let dataset = Dataset::new();
    for join in [
        "JOIN samples s ON i.individual_id = s.individual_id",
        "JOIN samples s USING (individual_id)",
    ] {
        let sql = format!(
            "SELECT tissue, count(*) AS n FROM individuals i {join} WHERE i.sex = 'male' GROUP BY tissue"
        );
        assert_eq!(shown(&dataset, &sql).await, ["normal 100", "tumor 100"]);
    }
    let sql = "SELECT s.tissue, avg(q.depth) AS depth FROM samples s \
               JOIN qc_metrics q ON s.individual_id = q.individual_id AND s.sample_id = q.sample_id \
               GROUP BY s.tissue";
    assert_eq!(shown(&dataset, sql).await, ["normal 30.0", "tumor 120.0"]);
}

#[tokio::test]
async fn groups_that_the_text_excludes_are_no_groups() {
    let dataset = Dataset::new();
    let of = async |predicate: &str| {
        let sql = format!(
            "SELECT diagnosis, count(*) AS n FROM individuals WHERE {predicate} GROUP BY diagnosis"
        );
        shown(&dataset, &sql).await
    };
    assert_eq!(
        of("diagnosis IN ('lung', 'liver')").await,
        ["lung 120", "liver 75"]
    );
    assert_eq!(
        of("diagnosis <> 'bone' AND sex = 'male'").await,
        ["lung 60", "liver 35"]
    );
    assert_eq!(
        of("NOT (diagnosis = 'bone' OR diagnosis = 'lung')").await,
        ["liver 75"]
    );
    assert_eq!(of("diagnosis > 'bone'").await, ["lung 120", "liver 75"]);
    // What hangs on something else excludes nothing.
    assert_eq!(
        of("diagnosis <> 'bone' OR age > 200").await,
        ["lung 120", "liver -", "bone -"]
    );
    assert!(of("diagnosis IS NULL").await.is_empty());
}

#[tokio::test]
async fn a_key_that_is_written_twice_is_one_key() {
    let dataset = Dataset::new();
    let sql = "SELECT sex, count(*) AS n FROM individuals GROUP BY sex, sex";
    assert_eq!(shown(&dataset, sql).await, ["female 100", "male 100"]);
}

#[tokio::test]
async fn a_second_reading_of_genotypes_is_not_narrowed_by_the_first() {
    let dataset = Dataset::new();
    let sql = "SELECT count(DISTINCT i.individual_id) AS people, count(*) AS calls FROM individuals i \
               JOIN genotypes h ON i.individual_id = h.individual_id \
               JOIN (SELECT a.individual_id, a.sample_id, a.variant_id FROM genotypes a \
                     JOIN variants v ON a.variant_id = v.variant_id \
                     WHERE a.dosage >= 1 AND v.gene = 'KRAS') g \
               ON h.individual_id = g.individual_id AND h.sample_id = g.sample_id \
               AND h.variant_id = g.variant_id WHERE h.dosage >= 1";
    assert_eq!(shown(&dataset, sql).await, ["40 40"]);
}

#[tokio::test]
async fn a_left_join_keeps_those_without_a_row() {
    let dataset = Dataset::new();
    let sql = "SELECT count(DISTINCT i.individual_id) AS everybody, count(DISTINCT s.individual_id) AS sampled \
               FROM individuals i LEFT JOIN (SELECT individual_id FROM samples WHERE tissue = 'tumor') s \
               ON i.individual_id = s.individual_id";
    assert_eq!(shown(&dataset, sql).await, ["200 200"]);
}

#[tokio::test]
async fn carriers_are_counted_through_the_annotation() {
    let dataset = Dataset::new();
    let carriers = async |predicate: &str| {
        let sql = format!(
            "SELECT count(DISTINCT g.individual_id) AS n FROM genotypes g \
             JOIN variants v ON g.variant_id = v.variant_id WHERE g.dosage >= 1 AND {predicate}"
        );
        shown(&dataset, &sql).await.remove(0)
    };
    assert_eq!(carriers("v.gene = 'KRAS'").await, "40");
    assert_eq!(carriers("v.gene = 'TP53'").await, "45");
    assert_eq!(
        carriers("v.gene = 'TP53' AND v.consequence <> 'silent'").await,
        "40"
    );
    assert_eq!(
        carriers("v.gene = 'TP53' AND v.consequence = 'silent'").await,
        "-"
    );
    assert_eq!(carriers("v.pos BETWEEN 25000000 AND 26000000").await, "40");
    assert_eq!(carriers("v.gene = 'BRCA2'").await, "-");
    let by = "SELECT i.diagnosis, count(DISTINCT i.individual_id) AS n FROM individuals i \
              JOIN genotypes g ON i.individual_id = g.individual_id \
              JOIN (SELECT variant_id FROM variants WHERE gene = 'KRAS') v ON v.variant_id = g.variant_id \
              WHERE g.dosage > 0 GROUP BY i.diagnosis";
    // 24 of 120, 15 of 75 and 1 of 5: the one is hidden, and the 15 with it.
    assert_eq!(shown(&dataset, by).await, ["lung 25", "liver -", "bone -"]);
}

#[tokio::test]
async fn genotypes_are_counted_of_carriers_however_that_is_written() {
    let dataset = Dataset::new();
    for predicate in [
        "dosage >= 1",
        "dosage > 0",
        "0 < dosage",
        "dosage IN (1, 2)",
        "dosage BETWEEN 1 AND 2",
        "dosage = 1 OR dosage = 2",
    ] {
        let sql = format!("SELECT sum(dosage) AS alleles FROM genotypes WHERE {predicate}");
        assert_eq!(shown(&dataset, &sql).await, ["85"], "{predicate}");
    }
}

#[tokio::test]
async fn the_released_phase_does_what_it_likes() {
    let dataset = Dataset::new();
    let sql = "WITH n AS (SELECT sex, count(*) AS n FROM individuals GROUP BY sex) \
               SELECT sex, n, n * 100.0 / sum(n) OVER () AS share, rank() OVER (ORDER BY sex DESC) AS place \
               FROM n WHERE n > 10 ORDER BY sex DESC LIMIT 1";
    assert_eq!(shown(&dataset, sql).await, ["male 100 50.0 1"]);
    let sql = "SELECT sex, count(*) AS n FROM individuals GROUP BY sex HAVING count(*) > 1000";
    assert!(shown(&dataset, sql).await.is_empty());
    let sql = "SELECT sum(n) AS total FROM (SELECT diagnosis, count(*) AS n FROM individuals GROUP BY diagnosis) t";
    // A total is made of what is shown.
    assert_eq!(shown(&dataset, sql).await, ["120"]);
    let sql = "SELECT sex, count(*) * 1.0 / (SELECT count(*) FROM individuals) AS share \
               FROM individuals GROUP BY sex ORDER BY share, sex";
    assert_eq!(shown(&dataset, sql).await, ["female 0.5", "male 0.5"]);
    let sql = "SELECT 'all' AS who, count(*) AS n FROM individuals UNION ALL \
               SELECT 'female', count(*) FROM individuals WHERE sex = 'female'";
    assert_eq!(shown(&dataset, sql).await, ["all 200", "female 100"]);
}

#[tokio::test]
async fn results_are_joined_on_their_keys_or_when_they_are_few() {
    let dataset = Dataset::new();
    let sql = "WITH n AS (SELECT sex, diagnosis, count(*) AS n FROM individuals GROUP BY sex, diagnosis), \
               s AS (SELECT sex, count(*) AS n FROM individuals GROUP BY sex) \
               SELECT n.sex, n.diagnosis, round(n.n * 100.0 / s.n, 0) AS percent \
               FROM n JOIN s ON n.sex = s.sex CROSS JOIN (SELECT count(*) AS n FROM individuals) t \
               WHERE n.diagnosis = 'lung' ORDER BY 1";
    assert_eq!(
        shown(&dataset, sql).await,
        ["female lung 60.0", "male lung 60.0"]
    );
}

#[tokio::test]
async fn functions_of_bounded_size_work_over_results() {
    let dataset = Dataset::new();
    let sql = "SELECT upper(left(sex, 1)) || lower(substr(sex, 2)) AS who, \
               coalesce(CAST(count(*) AS DOUBLE), 0) AS n, \
               CASE WHEN count(*) BETWEEN 1 AND 1000 THEN 'some' ELSE 'many' END AS how, \
               greatest(sum(age), 5) > 10 AS old, lag(sex) OVER (ORDER BY sex) AS before \
               FROM individuals GROUP BY sex ORDER BY sex";
    assert_eq!(
        shown(&dataset, sql).await,
        ["Female 100.0 some true -", "Male 100.0 some true female"]
    );
}

#[tokio::test]
async fn figures_say_what_they_are_and_how_many_are_suppressed() {
    let dataset = Dataset::new();
    let sql =
        "SELECT diagnosis, count(*) AS n, count(*) + 1 AS more FROM individuals GROUP BY diagnosis";
    let prepared = crate::run::prepare(sql, dataset.snapshot.catalogue())
        .await
        .unwrap();
    let kinds: Vec<_> = prepared
        .planned
        .columns
        .iter()
        .map(|c| (c.name.as_str(), c.kind.as_str()))
        .collect();
    assert_eq!(
        kinds,
        [("diagnosis", "key"), ("n", "figure"), ("more", "derived")]
    );
}

#[tokio::test]
async fn queries_that_differ_in_white_space_only_are_the_same() {
    let dataset = Dataset::new();
    let canonical = async |sql: &str| {
        let prepared = crate::run::prepare(sql, dataset.snapshot.catalogue())
            .await
            .unwrap();
        prepared.planned.canonical
    };
    let one = canonical("SELECT count(*) FROM individuals").await;
    assert_eq!(
        one,
        canonical("select  count(*)\n from individuals -- all").await
    );
    assert_ne!(one, canonical("SELECT count(*) FROM samples").await);
}

#[tokio::test]
async fn whoever_is_counted_once_in_a_subquery_is_joined_once() {
    let dataset = Dataset::new();
    let sql = "WITH d AS (SELECT DISTINCT i.individual_id AS individual_id FROM individuals i \
               WHERE i.smoker) SELECT o.sex, count(*) AS n FROM individuals o \
               JOIN d ON o.individual_id = d.individual_id GROUP BY o.sex";
    assert_eq!(shown(&dataset, sql).await, ["female -", "male -"]);
    let sql = "WITH d AS (SELECT individual_id, count(*) AS n FROM individuals GROUP BY individual_id) \
               SELECT count(*) FROM d WHERE n = 1";
    assert_eq!(shown(&dataset, sql).await, ["200"]);
}

#[tokio::test]
async fn figures_are_joined_with_values_under_names_of_their_own() {
    let dataset = Dataset::new();
    let sql = "SELECT d.diagnosis, c.beds, d.n FROM (SELECT diagnosis, count(*) AS n FROM individuals \
               WHERE diagnosis <> 'bone' GROUP BY diagnosis) d JOIN (VALUES ('lung', 7), ('liver', 9)) \
               AS c(name, beds) ON d.diagnosis = c.name ORDER BY 1";
    assert_eq!(shown(&dataset, sql).await, ["liver 9 75", "lung 7 120"]);
}

#[tokio::test]
async fn deviations_are_those_of_the_values() {
    let dataset = Dataset::new();
    let sql = "SELECT sex, stddev(weight) AS s, var_pop(age) AS v FROM individuals GROUP BY sex";
    let lines = shown(&dataset, sql).await;
    assert!(lines.iter().all(|line| !line.contains('-')), "{lines:?}");
}

#[tokio::test]
async fn a_join_of_samples_on_the_sample_pairs_nothing_anew() {
    let dataset = Dataset::new();
    let sql = "SELECT count(DISTINCT s.individual_id) FROM samples s \
               JOIN qc_metrics q ON s.individual_id = q.individual_id AND s.sample_id = q.sample_id \
               JOIN qc_metrics r ON r.individual_id = q.individual_id";
    assert!(answer(&dataset, sql).await.is_ok());
}

#[tokio::test]
async fn what_is_known_of_a_variant_may_be_missing_beside_its_carriers() {
    let dataset = Dataset::new();
    let sql = "SELECT count(*) FROM genotypes g LEFT JOIN variants v ON g.variant_id = v.variant_id \
               WHERE g.dosage >= 1";
    assert!(answer(&dataset, sql).await.is_ok());
}

#[tokio::test]
async fn a_join_of_literals_asks_nothing_of_the_dataset() {
    let dataset = Dataset::new();
    let sql = "SELECT a.column1 FROM (VALUES (1)) a JOIN (VALUES (1)) b ON a.column1 = b.column1";
    let refusal = answer(&dataset, sql).await.unwrap_err();
    assert_eq!(refusal.rule, crate::Rule::Nothing);
}
