//! What a researcher of cancers, rare ones among them, asks.

use sekisho_tests::{Cohort, Patient};

use super::{
    Question,
    geneticist::{COMMON, common},
    truth::{Key, Rows, beside, key, mutated, people, rows, stage, values},
};

/// Calls of carriers with what is known of the site.
pub(super) const CALLS: &str = "genotypes g JOIN variants v ON g.variant_id = v.variant_id";
/// The same beside the person.
pub(super) const CARRIERS: &str = "individuals i JOIN genotypes g ON i.individual_id = g.individual_id \
                        JOIN variants v ON g.variant_id = v.variant_id";

pub(super) fn questions() -> Vec<Question> {
    [people_asked_for(), genomes(), samples()]
        .into_iter()
        .flatten()
        .collect()
}

fn everybody(key: impl Fn(&Patient) -> Key) -> Rows {
    people(|_| true, key)
}

fn decade(patient: &Patient) -> i64 {
    patient.age / 10 * 10
}

fn people_asked_for() -> Vec<Question> {
    vec![
        Question::new(
            "patients by diagnosis",
            1,
            "SELECT diagnosis, count(DISTINCT individual_id) AS n FROM individuals GROUP BY diagnosis",
            everybody(|p| key![p.diagnosis]).individuals(),
        ),
        Question::new(
            "patients by diagnosis and stage",
            2,
            "SELECT diagnosis, stage, count(*) AS n FROM individuals GROUP BY diagnosis, stage \
             ORDER BY diagnosis, stage",
            everybody(|p| key![p.diagnosis, stage(p)]).count(),
        ),
        Question::new(
            "patients by decade of age",
            1,
            "SELECT floor(age / 10) * 10 AS decade, count(*) AS n FROM individuals \
             GROUP BY floor(age / 10) * 10 ORDER BY decade",
            everybody(|p| key![decade(p)]).count(),
        ),
        Question::new(
            "a rare cancer by sex",
            1,
            "SELECT sex, count(DISTINCT individual_id) AS n FROM individuals \
             WHERE diagnosis = 'thymus' GROUP BY sex",
            people(|p| p.diagnosis == "thymus", |p| key![p.sex]).individuals(),
        ),
        Question::new(
            "mean and deviation of age by diagnosis",
            1,
            "SELECT diagnosis, avg(age) AS mean, stddev(age) AS deviation FROM individuals \
             GROUP BY diagnosis",
            {
                let ages = values(|p| Some(p.age as f64), |p| key![p.diagnosis]);
                beside([ages.mean(), ages.deviation()])
            },
        ),
        Question::new(
            "smokers among the patients of each cancer",
            1,
            "SELECT diagnosis, sum(CASE WHEN smoking = 'current' THEN 1 ELSE 0 END) AS smokers, \
             count(*) AS n FROM individuals GROUP BY diagnosis",
            {
                let smokers = values(
                    |p| Some(f64::from(u8::from(p.smoking == "current"))),
                    |p| key![p.diagnosis],
                );
                beside([smokers.ones(), smokers.count()])
            },
        ),
        Question::not_offered(
            "median age of pancreatic cancer",
            "SELECT median(age) AS age FROM individuals WHERE diagnosis = 'pancreas'",
        ),
    ]
}

fn genomes() -> Vec<Question> {
    vec![
        Question::new(
            "carriers of TP53 by diagnosis and stage",
            2,
            &format!(
                "SELECT i.diagnosis, i.stage, count(DISTINCT i.individual_id) AS n FROM {CARRIERS} \
                 WHERE g.dosage >= 1 AND v.gene = 'TP53' GROUP BY i.diagnosis, i.stage"
            ),
            people(|p| mutated(p, "TP53"), |p| key![p.diagnosis, stage(p)]).individuals(),
        ),
        Question::new(
            "carriers of KRAS by age band",
            1,
            &format!(
                "SELECT CASE WHEN i.age < 50 THEN 'under 50' WHEN i.age < 65 THEN '50 to 64' \
                 ELSE '65 and over' END AS band, count(DISTINCT i.individual_id) AS n \
                 FROM {CARRIERS} WHERE g.dosage >= 1 AND v.gene = 'KRAS' GROUP BY 1 ORDER BY band"
            ),
            people(
                |p| mutated(p, "KRAS"),
                |p| {
                    key![match p.age {
                        ..50 => "under 50",
                        50..65 => "50 to 64",
                        _ => "65 and over",
                    }]
                },
            )
            .individuals(),
        ),
        Question::new(
            "tumours with both APC and KRAS by stage",
            1,
            &format!(
                "WITH a AS (SELECT g.individual_id FROM {CALLS} \
                            WHERE g.dosage >= 1 AND v.gene = 'APC' GROUP BY g.individual_id), \
                      k AS (SELECT g.individual_id FROM {CALLS} \
                            WHERE g.dosage >= 1 AND v.gene = 'KRAS' GROUP BY g.individual_id) \
                 SELECT i.stage, count(*) AS n FROM individuals i \
                 JOIN a ON i.individual_id = a.individual_id \
                 JOIN k ON i.individual_id = k.individual_id GROUP BY i.stage"
            ),
            people(
                |p| mutated(p, "APC") && mutated(p, "KRAS"),
                |p| key![stage(p)],
            )
            .individuals(),
        ),
        Question::new(
            "patients with a mutation of high impact by common cancer",
            1,
            &format!(
                "SELECT i.diagnosis, count(DISTINCT i.individual_id) AS n FROM {CARRIERS} \
                 WHERE g.dosage >= 1 AND v.impact = 'HIGH' \
                 AND i.diagnosis IN {COMMON} GROUP BY i.diagnosis"
            ),
            people(
                |p| common(p) && p.mutations.iter().any(|m| m.site.impact == "HIGH"),
                |p| key![p.diagnosis],
            )
            .individuals(),
        ),
    ]
}

/// The two samples of each person, those for which something holds as 1.
fn sampled(
    key: impl Fn(&Patient, &sekisho_tests::Sample) -> Key,
    value: impl Fn(&sekisho_tests::Sample) -> f64,
) -> Rows {
    rows(|p| p.samples.iter().map(|s| (key(p, s), value(s))).collect())
}

fn samples() -> Vec<Question> {
    let all = Cohort::shared().patients.len();
    assert!(all > 1000, "the questions are about a cohort of thousands");
    vec![
        Question::new(
            "samples by tissue and platform",
            2,
            "SELECT tissue, platform, count(*) AS n, count(DISTINCT individual_id) AS people \
             FROM samples GROUP BY tissue, platform",
            {
                let samples = sampled(|_, s| key![s.tissue, s.platform], |_| 1.0);
                beside([samples.count(), samples.individuals()])
            },
        ),
        Question::new(
            "mean depth by centre and tissue",
            2,
            "SELECT i.center, q.tissue, avg(q.depth) AS depth FROM individuals i \
             JOIN qc_metrics q ON i.individual_id = q.individual_id GROUP BY i.center, q.tissue",
            sampled(|p, s| key![p.center, s.tissue], |s| s.depth).mean(),
        ),
        Question::new(
            "share of samples with many duplicates by platform",
            1,
            "SELECT s.platform, count(*) FILTER (WHERE q.duplicate_rate > 20) * 1.0 / count(*) \
             AS share FROM samples s JOIN qc_metrics q \
             ON s.individual_id = q.individual_id AND s.sample_id = q.sample_id GROUP BY s.platform",
            sampled(
                |_, s| key![s.platform],
                |s| f64::from(u8::from(s.duplicate_rate > 20.0)),
            )
            .share(),
        ),
        Question::new(
            "tumour samples beyond the limits of quality",
            0,
            "SELECT count(*) FILTER (WHERE depth < 80) AS shallow, \
             count(*) FILTER (WHERE contamination > 0.05) AS contaminated, count(*) AS n \
             FROM qc_metrics WHERE tissue = 'tumor'",
            {
                let beyond = |limit: fn(&sekisho_tests::Sample) -> bool| {
                    let of_tumour = values(
                        |p| Some(f64::from(u8::from(limit(&p.samples[1])))),
                        |_| key![],
                    );
                    beside([of_tumour.ones()])
                };
                beside([
                    beyond(|s| s.depth < 80.0),
                    beyond(|s| s.contamination > 0.05),
                    everybody(|_| key![]).count(),
                ])
            },
        ),
    ]
}
