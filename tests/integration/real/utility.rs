//! How useful the answers are: what researchers would ask of both cohorts, how far
//! the released figures are from the exact ones, and what is refused. Written to
//! `target/reports/utility.jsonl`.

use std::collections::BTreeMap;

use sekisho::{Error, Reason};
use sekisho_tests::shown;
use serde::Serialize;

use super::{G1000, Held, LIHC, cells, germline::SUPER_POPULATION_SQL, held, liver::Patient};

#[derive(Serialize)]
pub(super) struct Row<'a> {
    pub(super) question: &'a str,
    pub(super) answered: bool,
    /// Cells with a figure, and how many of them are suppressed.
    pub(super) cells: usize,
    pub(super) suppressed: usize,
    pub(super) median_relative_error: Option<f64>,
    pub(super) refusal: Option<String>,
}

/// The exact figure of each group.
type Exact = BTreeMap<String, f64>;

#[tokio::test]
async fn every_released_figure_is_near_the_exact_one() {
    let Some(held) = held() else { return };
    let opened = held.opened();
    let report = crate::utility::report();
    for (question, dataset, sql, exact) in answered(held) {
        let rows = opened.rows(dataset, &sql).await;
        let mut errors = Vec::new();
        for row in &rows {
            let cells = cells(row);
            let (figure, group) = cells.split_last().unwrap();
            if *figure != "-" {
                let exact = exact[&group.join(" ")];
                let error = (figure.parse::<f64>().unwrap() - exact).abs();
                // A count is rounded by two at most, and may be of an earlier cohort
                // that differs by 19; the others are of rounded parts, of sixty
                // people and more.
                let is_count = sql.contains("count(");
                let bound = if is_count { 21.0 } else { 0.05 * exact };
                assert!(error <= bound, "{question}: {row}, not {exact}");
                errors.push(error / exact);
            }
        }
        errors.sort_by(f64::total_cmp);
        let (low, high) = ((errors.len() - 1) / 2, errors.len() / 2);
        let median = f64::midpoint(errors[low], errors[high]);
        report.row(&Row {
            question,
            answered: true,
            cells: rows.len(),
            suppressed: rows.len() - errors.len(),
            median_relative_error: Some(median),
            refusal: None,
        });
    }
    for (question, dataset, sql, reason) in refused() {
        let asked = opened.visit().await.sql(sql, &[dataset]).await;
        let refusal = match asked {
            Err(Error::Failed(failure)) => failure,
            Err(error) => panic!("{question}: {error}"),
            Ok(answers) => panic!("{question}: {:?}", shown(answers[0].1.as_ref().unwrap())),
        };
        assert_eq!(refusal.reason, reason, "{question}: {refusal}");
        report.row(&Row {
            question,
            answered: false,
            cells: 0,
            suppressed: 0,
            median_relative_error: None,
            refusal: Some(match refusal.refusal {
                Some(refused) => refused.rule,
                None => refusal.reason.as_str().to_owned(),
            }),
        });
    }
}

/// Questions with their exact answers.
fn answered(held: &Held) -> Vec<(&'static str, &'static str, String, Exact)> {
    let germline = |question, sql: &str, exact| (question, G1000, sql.to_owned(), exact);
    let liver = |question, sql: &str, exact| (question, LIHC, sql.to_owned(), exact);
    let people = held.panel.people.values();
    let deep = people.clone().filter(|person| person.coverage >= 100.0);
    let patients = held.liver.patients.values();
    let staged = |patient: &Patient| patient.stage.unwrap_or("-").to_owned();
    let days = patients.clone().filter(|patient| patient.days.is_some());
    let mutated = |gene: &str| {
        let tumours = held.liver.mutated(|mutation| mutation.gene == gene);
        let whose = held.liver.whose(&tumours);
        whose.into_iter().map(|id| &held.liver.patients[id])
    };
    let of_gene = |gene: &str| {
        format!(
            "SELECT i.sex, count(DISTINCT i.individual_id) AS n FROM individuals i \
             JOIN genotypes g ON i.individual_id = g.individual_id \
             JOIN variants v ON g.variant_id = v.variant_id \
             WHERE v.gene = '{gene}' AND g.dosage >= 1 GROUP BY i.sex"
        )
    };
    let sex = |patient: &Patient| if patient.male { "male" } else { "female" }.to_owned();
    vec![
        germline(
            "people by super-population",
            SUPER_POPULATION_SQL,
            counted(people.clone().map(|p| p.super_population.clone())),
        ),
        germline(
            "people by population and sex",
            "SELECT population, sex, count(*) AS n FROM individuals GROUP BY population, sex",
            counted(
                people
                    .clone()
                    .map(|p| format!("{} {}", p.population, p.sex)),
            ),
        ),
        germline(
            "mean depth of exomes by population",
            "SELECT i.population, avg(q.coverage) AS coverage FROM individuals i \
             JOIN qc_metrics q ON i.individual_id = q.individual_id GROUP BY i.population",
            averaged(people.clone().map(|p| (p.population.clone(), p.coverage))),
        ),
        germline(
            "deep exomes by super-population",
            "SELECT i.super_population, count(*) AS n FROM individuals i \
             JOIN qc_metrics q ON i.individual_id = q.individual_id \
             WHERE q.coverage >= 100 GROUP BY i.super_population",
            counted(deep.map(|p| p.super_population.clone())),
        ),
        germline(
            "spread of depth",
            "SELECT stddev(coverage) AS spread FROM qc_metrics",
            Exact::from([(String::new(), deviation(people.clone().map(|p| p.coverage)))]),
        ),
        liver(
            "patients by stage",
            "SELECT stage, count(*) AS n FROM individuals GROUP BY stage",
            counted(patients.clone().map(staged)),
        ),
        liver(
            "patients by stage and vital status",
            "SELECT stage, vital_status, count(*) AS n FROM individuals GROUP BY stage, vital_status",
            counted(patients.map(|p| format!("{} {}", staged(p), p.vital_status))),
        ),
        liver(
            "mean follow-up by vital status",
            "SELECT vital_status, avg(days) AS days FROM individuals GROUP BY vital_status",
            averaged(days.map(|p| (p.vital_status.clone(), p.days.unwrap() as f64))),
        ),
        liver(
            "patients with TP53 mutated by sex",
            &of_gene("TP53"),
            counted(mutated("TP53").map(sex)),
        ),
        liver(
            "patients with CTNNB1 mutated by sex",
            &of_gene("CTNNB1"),
            counted(mutated("CTNNB1").map(sex)),
        ),
    ]
}

fn counted(groups: impl Iterator<Item = String>) -> Exact {
    let mut exact = Exact::new();
    for group in groups {
        *exact.entry(group).or_default() += 1.0;
    }
    exact
}

fn averaged(values: impl Iterator<Item = (String, f64)>) -> Exact {
    let mut sums: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    for (group, value) in values {
        let (sum, n) = sums.entry(group).or_default();
        (*sum, *n) = (*sum + value, *n + 1.0);
    }
    let quotients = sums.into_iter().map(|(group, (sum, n))| (group, sum / n));
    quotients.collect()
}

/// Of a sample.
fn deviation(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let n = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / n;
    let squares: f64 = values.map(|value| (value - mean).powi(2)).sum();
    (squares / (n - 1.0)).sqrt()
}

/// Questions that are fair and not answered: a median is one person's value, and
/// many genes at once tell more of the patients than one project may be told.
fn refused() -> [(&'static str, &'static str, &'static str, Reason); 2] {
    [
        (
            "median follow-up",
            LIHC,
            "SELECT median(days) AS days FROM individuals",
            Reason::QueryRefused,
        ),
        (
            "the genes that are mutated most",
            LIHC,
            "SELECT v.gene, count(DISTINCT g.individual_id) AS n FROM genotypes g \
             JOIN variants v ON g.variant_id = v.variant_id \
             WHERE g.dosage >= 1 GROUP BY v.gene ORDER BY n DESC LIMIT 10",
            Reason::BudgetExhausted,
        ),
    ]
}
