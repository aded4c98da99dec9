//! What an epidemiologist asks: whom cancers strike, and what becomes of them.

use sekisho_tests::Patient;

use super::{
    Question,
    truth::{Key, Rows, Truth, beside, combined, key, people, stage, under, values},
};

pub(super) fn questions() -> Vec<Question> {
    [spread(), time(), survival()]
        .into_iter()
        .flatten()
        .collect()
}

fn everybody(key: impl Fn(&Patient) -> Key) -> Rows {
    people(|_| true, key)
}

fn by_diagnosis(holds: impl Fn(&Patient) -> bool) -> Truth {
    people(holds, |p| key![p.diagnosis]).count()
}

/// 1 for those of whom something holds.
fn flags(holds: impl Fn(&Patient) -> bool, key: impl Fn(&Patient) -> Key) -> Rows {
    values(|p| Some(f64::from(u8::from(holds(p)))), key)
}

fn spread() -> Vec<Question> {
    vec![
        Question::new(
            "women for each man by diagnosis",
            1,
            "SELECT diagnosis, count(*) FILTER (WHERE sex = 'female') * 1.0 \
             / count(*) FILTER (WHERE sex = 'male') AS ratio FROM individuals \
             WHERE diagnosis IN ('colorectal', 'liver', 'lung', 'pancreas', 'stomach') \
             GROUP BY diagnosis",
            {
                let organs = ["colorectal", "liver", "lung", "pancreas", "stomach"];
                let of =
                    |sex: &str| by_diagnosis(|p| organs.contains(&p.diagnosis) && p.sex == sex);
                combined(&of("female"), &of("male"), |women, men| women / men)
            },
        ),
        Question::new(
            "smoking by stage",
            2,
            "SELECT stage, smoking, count(*) AS n FROM individuals GROUP BY stage, smoking",
            everybody(|p| key![stage(p), p.smoking]).count(),
        ),
        Question::new(
            "cases by sex and by smoking in one table",
            2,
            "SELECT 'sex' AS about, sex AS group_of, count(*) AS n FROM individuals GROUP BY sex \
             UNION ALL \
             SELECT 'smoking', smoking, count(*) FROM individuals GROUP BY smoking",
            {
                let mut both = under("sex", everybody(|p| key![p.sex]).count());
                both.extend(under("smoking", everybody(|p| key![p.smoking]).count()));
                both
            },
        ),
        Question::new(
            "share of each cancer among all",
            1,
            "WITH n AS (SELECT diagnosis, count(*) AS n FROM individuals GROUP BY diagnosis) \
             SELECT diagnosis, n * 100.0 / sum(n) OVER () AS share FROM n ORDER BY share DESC",
            {
                let mut shares = by_diagnosis(|_| true);
                let total: f64 = shares.values().map(|cells| cells[0].value).sum();
                for cells in shares.values_mut() {
                    cells[0].value *= 100.0 / total;
                }
                shares
            },
        ),
        Question::new(
            "body mass index by diagnosis and sex",
            2,
            "SELECT diagnosis, sex, avg(bmi) AS mean, count(bmi) AS measured FROM individuals \
             GROUP BY diagnosis, sex",
            {
                let measured = values(|p| p.bmi, |p| key![p.diagnosis, p.sex]);
                beside([measured.mean(), measured.count()])
            },
        ),
        Question::new(
            "how often the body mass index is missing by centre",
            1,
            "SELECT center, count(*) FILTER (WHERE bmi IS NULL) AS missing, count(*) AS n \
             FROM individuals GROUP BY center",
            {
                let missing = flags(|p| p.bmi.is_none(), |p| key![p.center]);
                beside([missing.ones(), missing.count()])
            },
        ),
        Question::new(
            "heavy and light by sex",
            2,
            "SELECT CASE WHEN bmi < 18.5 THEN 'under' WHEN bmi < 25 THEN 'normal' \
             WHEN bmi < 30 THEN 'over' ELSE 'obese' END AS class, sex, count(*) AS n \
             FROM individuals WHERE bmi IS NOT NULL GROUP BY class, sex",
            values(
                |p| p.bmi.map(|_| 1.0),
                |p| {
                    let class = match p.bmi.unwrap_or_default() {
                        ..18.5 => "under",
                        18.5..25.0 => "normal",
                        25.0..30.0 => "over",
                        _ => "obese",
                    };
                    key![class, p.sex]
                },
            )
            .count(),
        ),
        Question::new(
            "cancers of the old",
            1,
            "SELECT diagnosis, avg(age) AS age FROM individuals GROUP BY diagnosis \
             HAVING avg(age) >= 65 ORDER BY age DESC",
            {
                let mut ages = values(|p| Some(p.age as f64), |p| key![p.diagnosis]).mean();
                ages.retain(|_, cells| cells[0].value >= 65.0);
                ages
            },
        ),
        Question::new(
            "spread of the body mass index",
            0,
            "SELECT avg(bmi) AS mean, stddev(bmi) AS deviation FROM individuals",
            {
                let measured = values(|p| p.bmi, |_| key![]);
                beside([measured.mean(), measured.deviation()])
            },
        ),
        Question::not_offered(
            "correlation of age and body mass index",
            "SELECT corr(age, bmi) AS r FROM individuals",
        ),
    ]
}

fn year(patient: &Patient) -> i64 {
    patient.registered_on.0
}

fn time() -> Vec<Question> {
    vec![
        Question::new(
            "registrations by year",
            1,
            "SELECT date_part('year', registered_on) AS year, count(*) AS n FROM individuals \
             GROUP BY date_part('year', registered_on) ORDER BY year",
            everybody(|p| key![year(p)]).count(),
        ),
        Question::new(
            "registrations by quarter and centre",
            2,
            "SELECT date_trunc('quarter', registered_on) AS quarter, center, count(*) AS n \
             FROM individuals GROUP BY 1, 2",
            everybody(|p| {
                let (year, month, _) = p.registered_on;
                key![
                    format!("{year}-{:02}-01", (month - 1) / 3 * 3 + 1),
                    p.center
                ]
            })
            .count(),
        ),
        Question::new(
            "registrations up to each year",
            1,
            "WITH n AS (SELECT date_trunc('year', registered_on) AS year, count(*) AS n \
                        FROM individuals GROUP BY date_trunc('year', registered_on)) \
             SELECT year, sum(n) OVER (ORDER BY year) AS so_far FROM n ORDER BY year",
            {
                let mut so_far = everybody(|p| key![format!("{}-01-01", year(p))]).count();
                let mut sum = 0.0;
                for cells in so_far.values_mut() {
                    sum += cells[0].value;
                    cells[0].value = sum;
                }
                so_far
            },
        ),
        Question::new(
            "registrations since 2022 by diagnosis",
            1,
            "SELECT diagnosis, count(*) AS n FROM individuals \
             WHERE registered_on >= '2022-01-01' GROUP BY diagnosis",
            by_diagnosis(|p| year(p) >= 2022),
        ),
    ]
}

fn survival() -> Vec<Question> {
    let years = |p: &Patient| p.followed_days / 365 * 365;
    vec![
        Question::new(
            "deaths and losses by year of follow-up",
            2,
            "SELECT floor(followed_days / 365) * 365 AS days, vital_status, count(*) AS n \
             FROM individuals GROUP BY floor(followed_days / 365) * 365, vital_status \
             ORDER BY days, vital_status",
            everybody(|p| key![years(p), if p.dead { "dead" } else { "alive" }]).count(),
        ),
        Question::new(
            "deaths by interval of follow-up and stage",
            2,
            "SELECT stage, CASE WHEN followed_days < 180 THEN '0' WHEN followed_days < 365 \
             THEN '180' WHEN followed_days < 730 THEN '365' ELSE '730' END AS since, \
             count(*) AS deaths FROM individuals WHERE vital_status = 'dead' GROUP BY 1, 2",
            people(
                |p| p.dead,
                |p| {
                    let since = match p.followed_days {
                        ..180 => 0,
                        180..365 => 180,
                        365..730 => 365,
                        _ => 730,
                    };
                    key![stage(p), since]
                },
            )
            .count(),
        ),
        Question::new(
            "share of the dead by stage",
            1,
            "SELECT stage, avg(CASE WHEN vital_status = 'dead' THEN 1.0 ELSE 0.0 END) AS share \
             FROM individuals GROUP BY stage",
            flags(|p| p.dead, |p| key![stage(p)]).share(),
        ),
        Question::new(
            "share of the dead by diagnosis",
            1,
            "SELECT diagnosis, count(*) FILTER (WHERE vital_status = 'dead') * 1.0 / count(*) \
             AS share FROM individuals GROUP BY diagnosis ORDER BY share DESC",
            flags(|p| p.dead, |p| key![p.diagnosis]).share(),
        ),
        Question::new(
            "deaths per person-year by diagnosis",
            1,
            "SELECT diagnosis, count(*) FILTER (WHERE vital_status = 'dead') \
             / (sum(followed_days) / 365.25) AS rate FROM individuals GROUP BY diagnosis",
            {
                let days = values(|p| Some(p.followed_days as f64), |p| key![p.diagnosis]);
                let deaths = flags(|p| p.dead, |p| key![p.diagnosis]).ones();
                combined(&deaths, &days.sum(), |deaths, days| {
                    deaths / (days / 365.25)
                })
            },
        ),
        Question::new(
            "mean follow-up by vital status and stage",
            2,
            "SELECT vital_status, stage, avg(followed_days) AS days FROM individuals \
             GROUP BY vital_status, stage",
            values(
                |p| Some(p.followed_days as f64),
                |p| key![if p.dead { "dead" } else { "alive" }, stage(p)],
            )
            .mean(),
        ),
        Question::new(
            "still followed after three years by centre",
            1,
            "SELECT center, count(*) AS n FROM individuals \
             WHERE followed_days >= 1095 AND vital_status = 'alive' GROUP BY center",
            people(|p| p.followed_days >= 1095 && !p.dead, |p| key![p.center]).count(),
        ),
    ]
}
