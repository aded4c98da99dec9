//! What a designer of trials asks: who could be recruited, where, and what they
//! were treated with before.

use sekisho_tests::{Patient, Treatment};

use super::{
    Question,
    truth::{
        Key, Rows, Truth, beside, combined, key, mutated, people, places, rows, stage, values,
    },
};

pub(super) fn questions() -> Vec<Question> {
    [recruitment(), centres(), treatments()]
        .into_iter()
        .flatten()
        .collect()
}

fn count(holds: impl Fn(&Patient) -> bool) -> Truth {
    people(holds, |_| key![]).count()
}

fn of_lung(patient: &Patient) -> bool {
    patient.diagnosis == "lung"
}

fn advanced(patient: &Patient) -> bool {
    ["III", "IV"].contains(&stage(patient))
}

fn of_age(patient: &Patient) -> bool {
    (18..=75).contains(&patient.age)
}

fn recruitment() -> Vec<Question> {
    vec![
        Question::new(
            "a funnel of inclusion criteria in one question",
            0,
            "SELECT count(*) AS everybody, count(*) FILTER (WHERE diagnosis = 'lung') AS lung, \
             count(*) FILTER (WHERE diagnosis = 'lung' AND stage IN ('III', 'IV')) AS advanced, \
             count(*) FILTER (WHERE diagnosis = 'lung' AND stage IN ('III', 'IV') \
             AND age BETWEEN 18 AND 75) AS eligible FROM individuals",
            beside([
                count(|_| true),
                count(of_lung),
                count(|p| of_lung(p) && advanced(p)),
                count(|p| of_lung(p) && advanced(p) && of_age(p)),
            ]),
        ),
        Question::new(
            "the funnel's second step by itself",
            0,
            "SELECT count(*) AS n FROM individuals \
             WHERE diagnosis = 'lung' AND stage IN ('III', 'IV')",
            count(|p| of_lung(p) && advanced(p)),
        ),
        Question::new(
            "the funnel's third step by itself",
            0,
            "SELECT count(*) AS n FROM individuals WHERE diagnosis = 'lung' \
             AND stage IN ('III', 'IV') AND age BETWEEN 18 AND 75",
            count(|p| of_lung(p) && advanced(p) && of_age(p)),
        ),
        Question::new(
            "the funnel's last step, with a mutation",
            0,
            "SELECT count(DISTINCT i.individual_id) AS n FROM individuals i \
             JOIN genotypes g ON i.individual_id = g.individual_id \
             JOIN variants v ON g.variant_id = v.variant_id \
             WHERE i.diagnosis = 'lung' AND i.stage IN ('III', 'IV') \
             AND i.age BETWEEN 18 AND 75 AND g.dosage >= 1 AND v.gene = 'EGFR'",
            count(|p| of_lung(p) && advanced(p) && of_age(p) && mutated(p, "EGFR")),
        ),
        Question::new(
            "never smokers with an EGFR mutation by sex",
            1,
            "SELECT i.sex, count(DISTINCT i.individual_id) AS n FROM individuals i \
             JOIN genotypes g USING (individual_id) \
             JOIN variants v ON g.variant_id = v.variant_id \
             WHERE i.smoking = 'never' AND NOT i.diagnosis <> 'lung' AND g.dosage >= 1 \
             AND v.gene = 'EGFR' GROUP BY i.sex",
            people(
                |p| p.smoking == "never" && of_lung(p) && mutated(p, "EGFR"),
                |p| key![p.sex],
            )
            .individuals(),
        ),
        Question::new(
            "patients who are not too heavy, of those whose weight is known",
            0,
            "SELECT count(*) AS n FROM individuals \
             WHERE bmi IS NOT NULL AND bmi < 30 AND diagnosis NOT IN ('melanoma', 'thymus')",
            count(|p| {
                p.bmi.is_some_and(|bmi| bmi < 30.0)
                    && !["melanoma", "thymus"].contains(&p.diagnosis)
            }),
        ),
        Question::new(
            "patients with a tumour sample of the newer platform by diagnosis",
            1,
            "SELECT i.diagnosis, count(DISTINCT individual_id) AS n FROM individuals i \
             JOIN samples s USING (individual_id) \
             WHERE s.tissue = 'tumor' AND s.platform = 'novaseq-x' GROUP BY i.diagnosis",
            people(
                |p| p.samples[1].platform == "novaseq-x",
                |p| key![p.diagnosis],
            )
            .individuals(),
        ),
    ]
}

fn by_center(holds: impl Fn(&Patient) -> bool) -> Truth {
    people(holds, |p| key![p.center]).count()
}

fn centres() -> Vec<Question> {
    vec![
        Question::new(
            "centres that could recruit fifty and more",
            1,
            "SELECT center, count(*) AS n FROM individuals \
             WHERE diagnosis = 'colorectal' AND stage IN ('III', 'IV') GROUP BY center \
             HAVING count(*) >= 50 ORDER BY n DESC",
            {
                let mut centers = by_center(|p| p.diagnosis == "colorectal" && advanced(p));
                centers.retain(|_, cells| cells.iter().all(|cell| cell.value >= 50.0));
                centers
            },
        ),
        Question::new(
            "centres in order of their recruits",
            1,
            "SELECT center, n, rank() OVER (ORDER BY n DESC) AS place FROM \
             (SELECT center, count(*) AS n FROM individuals WHERE diagnosis = 'breast' \
             GROUP BY center) t ORDER BY place",
            {
                let centers = by_center(|p| p.diagnosis == "breast");
                beside([centers.clone(), places(&centers)])
            },
        ),
        Question::new(
            "recruits as a share of what a centre can take",
            1,
            "WITH n AS (SELECT center, count(*) AS n FROM individuals \
                        WHERE diagnosis = 'lung' GROUP BY center) \
             SELECT n.center, n.n / c.capacity AS load FROM n JOIN \
             (VALUES ('center-a', 200.0), ('center-b', 150.0), ('center-c', 100.0)) \
             AS c(center, capacity) ON n.center = c.center",
            {
                let mut loads = by_center(of_lung);
                let capacities = [
                    ("center-a", 200.0),
                    ("center-b", 150.0),
                    ("center-c", 100.0),
                ];
                loads.retain(|center, _| capacities.iter().any(|(name, _)| center == &key![name]));
                for (name, capacity) in capacities {
                    if let Some(cells) = loads.get_mut(&key![name]) {
                        cells[0].value /= capacity;
                    }
                }
                loads
            },
        ),
        Question::new(
            "eligible carriers of PIK3CA by centre",
            1,
            "SELECT i.center, count(DISTINCT i.individual_id) AS n FROM individuals i \
             JOIN genotypes g ON i.individual_id = g.individual_id \
             JOIN variants v ON g.variant_id = v.variant_id \
             WHERE i.diagnosis = 'breast' AND g.dosage >= 1 AND v.gene = 'PIK3CA' \
             GROUP BY i.center",
            people(
                |p| p.diagnosis == "breast" && mutated(p, "PIK3CA"),
                |p| key![p.center],
            )
            .individuals(),
        ),
    ]
}

/// Of each person, the lines of treatment, with a value each.
fn lines(
    key: impl Fn(&Patient, &Treatment) -> Key,
    value: impl Fn(&Treatment) -> Option<f64>,
) -> Rows {
    rows(|p| {
        let lines = p.treatments.iter();
        lines
            .filter_map(|line| Some((key(p, line), value(line)?)))
            .collect()
    })
}

fn treatments() -> Vec<Question> {
    vec![
        Question::new(
            "treatments by line and therapy",
            2,
            "SELECT line, therapy, count(*) AS n, count(DISTINCT individual_id) AS people \
             FROM treatments GROUP BY line, therapy ORDER BY line, therapy",
            {
                let lines = lines(|_, t| key![t.line, t.therapy], |_| Some(1.0));
                beside([lines.count(), lines.individuals()])
            },
        ),
        Question::new(
            "share of first lines that helped by therapy",
            1,
            "SELECT therapy, count(*) FILTER (WHERE response IN ('complete', 'partial')) * 1.0 \
             / count(*) AS share FROM treatments WHERE line = 1 GROUP BY therapy",
            lines(
                |_, t| key![t.therapy],
                |t| {
                    let helped = ["complete", "partial"].contains(&t.response);
                    (t.line == 1).then(|| f64::from(u8::from(helped)))
                },
            )
            .share(),
        ),
        Question::new(
            "responses by therapy",
            2,
            "SELECT therapy, response, count(*) AS n FROM treatments GROUP BY therapy, response",
            lines(|_, t| key![t.therapy, t.response], |_| Some(1.0)).count(),
        ),
        Question::new(
            "patients who had a second line by diagnosis",
            1,
            "SELECT i.diagnosis, count(DISTINCT i.individual_id) AS n FROM individuals i \
             JOIN treatments t ON i.individual_id = t.individual_id \
             WHERE t.line >= 2 GROUP BY i.diagnosis",
            people(
                |p| p.treatments.iter().any(|t| t.line >= 2),
                |p| key![p.diagnosis],
            )
            .individuals(),
        ),
        Question::new(
            "mean number of lines by diagnosis",
            1,
            "WITH t AS (SELECT individual_id, count(*) AS lines FROM treatments \
                        GROUP BY individual_id) \
             SELECT i.diagnosis, avg(t.lines) AS lines FROM individuals i \
             JOIN t USING (individual_id) GROUP BY i.diagnosis",
            values(
                |p| (!p.treatments.is_empty()).then_some(p.treatments.len() as f64),
                |p| key![p.diagnosis],
            )
            .mean(),
        ),
        Question::new(
            "mean number of cycles by therapy",
            1,
            "SELECT therapy, avg(cycles) AS cycles, sum(cycles) AS given FROM treatments \
             GROUP BY therapy",
            {
                let cycles = lines(|_, t| key![t.therapy], |t| Some(t.cycles as f64));
                beside([cycles.mean(), cycles.sum()])
            },
        ),
        Question::new(
            "patients who had no treatment yet by stage",
            1,
            "SELECT i.stage, count(DISTINCT i.individual_id) - count(DISTINCT t.individual_id) \
             AS untreated FROM individuals i \
             LEFT JOIN treatments t ON i.individual_id = t.individual_id GROUP BY i.stage",
            {
                let all = people(|_| true, |p| key![stage(p)]).individuals();
                let treated = people(|p| !p.treatments.is_empty(), |p| key![stage(p)]);
                combined(&all, &treated.individuals(), |all, treated| all - treated)
            },
        ),
        Question::not_offered(
            "the longest treatment",
            "SELECT max(cycles) AS cycles FROM treatments",
        ),
    ]
}
