//! What a geneticist asks: which genes are mutated, how often and how.

use sekisho_tests::{Mutation, Patient};

use super::{
    Question,
    researcher::{CALLS, CARRIERS},
    truth::{Key, Rows, beside, key, mutated, people, rows, values},
};

/// The cancers that many people have.
pub(super) const COMMON: &str = "('breast', 'colorectal', 'liver', 'lung', 'pancreas', 'stomach')";

/// Whether somebody has one of them.
pub(super) fn common(patient: &Patient) -> bool {
    COMMON.contains(&format!("'{}'", patient.diagnosis))
}

pub(super) fn questions() -> Vec<Question> {
    vec![
        Question::new(
            "the ten genes that are mutated most",
            1,
            &format!(
                "SELECT v.gene, count(DISTINCT g.individual_id) AS n FROM {CALLS} \
                 WHERE g.dosage >= 1 GROUP BY v.gene ORDER BY n DESC LIMIT 10"
            ),
            calls(|_, m| Some((key![m.site.gene], 1.0))).individuals(),
        )
        .limit(10),
        Question::new(
            "carriers of three genes by common cancer",
            2,
            &format!(
                "SELECT i.diagnosis, v.gene, count(DISTINCT i.individual_id) AS n FROM {CARRIERS} \
                 WHERE g.dosage >= 1 AND v.gene IN ('TP53', 'KRAS', 'PIK3CA') \
                 AND i.diagnosis IN {COMMON} GROUP BY i.diagnosis, v.gene"
            ),
            calls(|p, m| {
                let asked = ["TP53", "KRAS", "PIK3CA"].contains(&m.site.gene);
                (asked && common(p)).then(|| (key![p.diagnosis, m.site.gene], 1.0))
            })
            .individuals(),
        ),
        Question::new(
            "tumours with both KRAS and TP53",
            0,
            &format!(
                "WITH k AS (SELECT DISTINCT g.individual_id FROM {CALLS} \
                            WHERE g.dosage >= 1 AND v.gene = 'KRAS'), \
                      t AS (SELECT DISTINCT g.individual_id FROM {CALLS} \
                            WHERE g.dosage >= 1 AND v.gene = 'TP53') \
                 SELECT count(DISTINCT k.individual_id) AS n FROM k \
                 JOIN t ON k.individual_id = t.individual_id"
            ),
            people(|p| mutated(p, "KRAS") && mutated(p, "TP53"), |_| key![]).individuals(),
        ),
        Question::new(
            "mean number of mutated sites of a mutated tumour",
            0,
            "WITH m AS (SELECT individual_id, count(*) AS sites FROM genotypes \
                        WHERE dosage >= 1 GROUP BY individual_id) \
             SELECT avg(sites) AS mean FROM m",
            burden(|_| true, |_| key![]).mean(),
        ),
        Question::new(
            "mean number of mutated sites by common cancer",
            1,
            &format!(
                "WITH m AS (SELECT individual_id, count(*) AS sites FROM genotypes \
                        WHERE dosage >= 1 GROUP BY individual_id) \
             SELECT i.diagnosis, avg(m.sites) AS mean FROM individuals i \
             JOIN m ON i.individual_id = m.individual_id WHERE i.diagnosis IN {COMMON} \
             GROUP BY i.diagnosis"
            ),
            burden(common, |p| key![p.diagnosis]).mean(),
        ),
        Question::new(
            "patients with three mutated sites and more by common cancer",
            1,
            &format!(
                "WITH m AS (SELECT individual_id, count(*) AS sites FROM genotypes \
                        WHERE dosage >= 1 GROUP BY individual_id) \
             SELECT i.diagnosis, count(*) FILTER (WHERE m.sites >= 3) AS several, \
             count(*) AS mutated FROM individuals i \
             JOIN m ON i.individual_id = m.individual_id WHERE i.diagnosis IN {COMMON} \
             GROUP BY i.diagnosis"
            ),
            {
                let several = values(
                    |p| {
                        let several = f64::from(u8::from(p.mutations.len() >= 3));
                        (common(p) && !p.mutations.is_empty()).then_some(several)
                    },
                    |p| key![p.diagnosis],
                );
                beside([several.ones(), several.count()])
            },
        ),
        Question::new(
            "calls by consequence",
            1,
            &format!(
                "SELECT v.consequence, count(*) AS calls FROM {CALLS} WHERE g.dosage >= 1 \
                 GROUP BY v.consequence ORDER BY calls DESC"
            ),
            calls(|_, m| Some((key![m.site.consequence], 1.0))).count(),
        ),
        Question::new(
            "mean allele fraction by gene",
            1,
            &format!(
                "SELECT v.gene, avg(g.vaf) AS fraction FROM {CALLS} WHERE g.dosage >= 1 \
                 GROUP BY v.gene"
            ),
            calls(|_, m| {
                let fraction = m.alt_depth as f64 / m.depth as f64;
                Some((key![m.site.gene], fraction))
            })
            .mean(),
        ),
        Question::new(
            "subclonal calls of TP53",
            0,
            &format!(
                "SELECT count(*) FILTER (WHERE g.vaf < 0.2) AS subclonal, count(*) AS calls \
                 FROM {CALLS} WHERE g.dosage >= 1 AND v.gene = 'TP53'"
            ),
            {
                let subclonal = calls(|_, m| {
                    let low = (m.alt_depth as f64 / m.depth as f64) < 0.2;
                    (m.site.gene == "TP53").then(|| (key![], f64::from(u8::from(low))))
                });
                beside([subclonal.ones(), subclonal.count()])
            },
        ),
        Question::new(
            "carriers of BRCA1 or BRCA2 by diagnosis",
            1,
            &format!(
                "SELECT i.diagnosis, count(DISTINCT i.individual_id) AS n FROM {CARRIERS} \
                 WHERE g.dosage >= 1 AND v.gene IN ('BRCA1', 'BRCA2') \
                 AND i.diagnosis IN ('breast', 'ovary') GROUP BY i.diagnosis"
            ),
            people(
                |p| {
                    ["breast", "ovary"].contains(&p.diagnosis)
                        && (mutated(p, "BRCA1") || mutated(p, "BRCA2"))
                },
                |p| key![p.diagnosis],
            )
            .individuals(),
        ),
    ]
}

/// Of each person, the calls for which something holds, with a value each.
fn calls(of: impl Fn(&Patient, &Mutation) -> Option<(Key, f64)>) -> Rows {
    rows(|p| p.mutations.iter().filter_map(|m| of(p, m)).collect())
}

/// Of each person with a mutation, of whom something holds: how many.
fn burden(holds: impl Fn(&Patient) -> bool, key: impl Fn(&Patient) -> Key) -> Rows {
    let mutations = |p: &Patient| p.mutations.len() as f64;
    values(
        |p| (holds(p) && !p.mutations.is_empty()).then_some(mutations(p)),
        key,
    )
}
