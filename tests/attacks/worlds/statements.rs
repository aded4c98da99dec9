//! Statements of every kind, over a cohort `{c}` of `individuals i`.

/// Each with how far its figures may be apart if one person joins or changes:
/// what that person adds, and the unit to which the figure is rounded.
pub(crate) const STATEMENTS: [(&str, f64); 40] = [
    ("SELECT count(*) AS n FROM individuals i WHERE {c}", 5.0),
    (
        "SELECT count(DISTINCT i.individual_id) AS n, count(i.weight) AS w FROM individuals i WHERE {c}",
        5.0,
    ),
    (
        "SELECT i.sex, count(*) AS n FROM individuals i WHERE {c} GROUP BY i.sex",
        5.0,
    ),
    (
        "SELECT i.sex, i.diagnosis, count(*) AS n FROM individuals i WHERE {c} GROUP BY i.sex, i.diagnosis",
        5.0,
    ),
    (
        "SELECT i.smoker, count(*) AS n FROM individuals i WHERE {c} GROUP BY i.smoker",
        5.0,
    ),
    (
        "SELECT count(*) FILTER (WHERE i.smoker) AS s, count(*) AS n FROM individuals i WHERE {c}",
        5.0,
    ),
    (
        "SELECT i.sex, sum(i.age) FILTER (WHERE i.smoker) AS s FROM individuals i WHERE {c} GROUP BY i.sex",
        45.0,
    ),
    (
        "SELECT sum(CASE WHEN i.smoker THEN 1 ELSE 0 END) AS s FROM individuals i WHERE {c}",
        5.0,
    ),
    (
        "SELECT avg(CASE WHEN i.age > 45 THEN 1 ELSE 0 END) AS s FROM individuals i WHERE {c}",
        5.0,
    ),
    (
        "SELECT CASE WHEN i.age < 55 THEN 'younger' ELSE 'older' END AS band, count(*) AS n FROM individuals i WHERE {c} GROUP BY CASE WHEN i.age < 55 THEN 'younger' ELSE 'older' END",
        5.0,
    ),
    (
        "SELECT floor(i.weight / 40) AS band, count(*) AS n FROM individuals i WHERE {c} GROUP BY floor(i.weight / 40)",
        5.0,
    ),
    (
        "SELECT date_trunc('year', i.registered_on) AS y, count(*) AS n FROM individuals i WHERE {c} GROUP BY date_trunc('year', i.registered_on)",
        5.0,
    ),
    (
        "SELECT date_part('year', i.registered_on) AS y, i.sex, count(*) AS n FROM individuals i WHERE {c} GROUP BY date_part('year', i.registered_on), i.sex",
        5.0,
    ),
    (
        "SELECT i.note, count(*) AS n FROM individuals i WHERE {c} GROUP BY i.note",
        5.0,
    ),
    (
        "SELECT sum(i.age) AS s, avg(i.age) AS m FROM individuals i WHERE {c}",
        45.0,
    ),
    (
        "SELECT i.sex, sum(i.weight) AS s, avg(i.weight) AS m FROM individuals i WHERE {c} GROUP BY i.sex",
        220.0,
    ),
    (
        "SELECT sum(2 * i.age + 1) AS s FROM individuals i WHERE {c}",
        95.0,
    ),
    (
        "SELECT var_pop(i.age) AS v, stddev(i.age) AS d FROM individuals i WHERE {c}",
        300.0,
    ),
    (
        "SELECT sum(i.age) * 1.0 / count(*) AS m FROM individuals i WHERE {c}",
        5.0,
    ),
    (
        "SELECT count(*) AS n FROM individuals i WHERE {c} AND (i.smoker OR i.weight > 90)",
        5.0,
    ),
    (
        "SELECT count(*) AS n FROM individuals i WHERE {c} AND NOT (i.sex = 'male' AND i.smoker)",
        5.0,
    ),
    (
        "SELECT count(*) AS n FROM individuals i WHERE {c} AND i.weight BETWEEN 50 AND 110 AND i.registered_on > '2015-12-31'",
        5.0,
    ),
    (
        "SELECT s.tissue, count(*) AS n FROM individuals i JOIN samples s ON i.individual_id = s.individual_id WHERE {c} GROUP BY s.tissue",
        6.0,
    ),
    (
        "SELECT i.sex, s.tissue, count(DISTINCT i.individual_id) AS n FROM individuals i JOIN samples s ON i.individual_id = s.individual_id WHERE {c} GROUP BY i.sex, s.tissue",
        5.0,
    ),
    (
        "SELECT s.tissue, count(DISTINCT i.individual_id) AS n FROM individuals i LEFT JOIN samples s ON i.individual_id = s.individual_id WHERE {c} GROUP BY s.tissue",
        5.0,
    ),
    (
        "SELECT i.diagnosis, count(*) FILTER (WHERE s.tissue = 'tumor') AS n FROM individuals i JOIN samples s ON i.individual_id = s.individual_id WHERE {c} GROUP BY i.diagnosis",
        6.0,
    ),
    (
        "SELECT q.tissue, avg(q.depth) AS d, sum(q.depth) AS s FROM individuals i JOIN qc_metrics q ON i.individual_id = q.individual_id WHERE {c} GROUP BY q.tissue",
        220.0,
    ),
    (
        "SELECT q.stage, q.tissue, count(*) AS n FROM individuals i JOIN qc_metrics q ON i.individual_id = q.individual_id WHERE {c} AND q.depth >= 20 GROUP BY q.stage, q.tissue",
        6.0,
    ),
    (
        "SELECT count(DISTINCT g.individual_id) AS n FROM individuals i JOIN genotypes g ON i.individual_id = g.individual_id JOIN variants v ON g.variant_id = v.variant_id WHERE {c} AND g.dosage >= 1 AND v.gene = 'KRAS'",
        5.0,
    ),
    (
        "SELECT i.sex, count(DISTINCT g.individual_id) AS n FROM individuals i JOIN genotypes g ON i.individual_id = g.individual_id JOIN variants v ON g.variant_id = v.variant_id WHERE {c} AND g.dosage >= 1 AND v.gene = 'TP53' GROUP BY i.sex",
        5.0,
    ),
    (
        "SELECT v.gene, count(DISTINCT g.individual_id) AS n FROM individuals i JOIN genotypes g ON i.individual_id = g.individual_id JOIN variants v ON g.variant_id = v.variant_id WHERE {c} AND g.dosage >= 1 GROUP BY v.gene",
        5.0,
    ),
    (
        "WITH p AS (SELECT individual_id, count(*) AS c FROM samples GROUP BY individual_id) SELECT count(*) AS n, avg(p.c) AS m FROM individuals i JOIN p ON i.individual_id = p.individual_id WHERE {c}",
        6.0,
    ),
    (
        "WITH p AS (SELECT individual_id, max(depth) AS d FROM qc_metrics GROUP BY individual_id) SELECT i.sex, avg(p.d) AS m FROM individuals i JOIN p ON i.individual_id = p.individual_id WHERE {c} AND p.d > 50 GROUP BY i.sex",
        10.0,
    ),
    (
        "WITH a AS (SELECT * FROM individuals), b AS (SELECT i.* FROM a i WHERE {c}) SELECT sex, count(*) AS n FROM b GROUP BY sex",
        5.0,
    ),
    (
        "WITH t AS (SELECT i.diagnosis, count(*) AS n FROM individuals i WHERE {c} GROUP BY i.diagnosis) SELECT diagnosis, n * 100.0 / sum(n) OVER () AS share FROM t ORDER BY diagnosis",
        5.0,
    ),
    (
        "SELECT i.diagnosis, count(*) AS n FROM individuals i WHERE {c} GROUP BY i.diagnosis HAVING count(*) > 15 ORDER BY i.diagnosis DESC LIMIT 3",
        5.0,
    ),
    (
        "SELECT i.sex, i.diagnosis, avg(i.age) AS m FROM individuals i WHERE {c} GROUP BY i.sex, i.diagnosis ORDER BY i.sex, i.diagnosis LIMIT 5",
        25.0,
    ),
    (
        "WITH t AS (SELECT i.sex, count(*) AS n FROM individuals i WHERE {c} GROUP BY i.sex), u AS (SELECT count(*) AS n FROM individuals i WHERE {c}) SELECT t.sex, t.n, u.n AS every FROM t CROSS JOIN u",
        5.0,
    ),
    ("SELECT max(i.age) AS m FROM individuals i WHERE {c}", 0.0),
    ("SELECT i.individual_id FROM individuals i WHERE {c}", 0.0),
];
