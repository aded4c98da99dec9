//! What is asked: joins and group-bys, as visitors write them.

/// Questions, with their names.
pub(crate) const SUITE: &[(&str, &str)] = &[
    (
        "ages by sex and diagnosis",
        "SELECT sex, diagnosis, count(*) AS n, avg(age) AS age FROM individuals \
         GROUP BY sex, diagnosis",
    ),
    (
        "ages in bins",
        "SELECT CASE WHEN age < 40 THEN 'young' WHEN age < 65 THEN 'middle' ELSE 'old' END AS bin, \
         population, count(*) FILTER (WHERE diagnosis = 'lung') AS lung, count(*) AS n \
         FROM individuals GROUP BY bin, population",
    ),
    (
        "depth by lane and population",
        "SELECT i.population, q.lane, avg(q.depth) AS depth, count(*) AS n FROM qc_metrics q \
         JOIN individuals i ON q.individual_id = i.individual_id GROUP BY i.population, q.lane",
    ),
    (
        "platforms by diagnosis",
        "SELECT s.platform, i.diagnosis, count(DISTINCT i.individual_id) AS n FROM samples s \
         JOIN individuals i ON s.individual_id = i.individual_id GROUP BY s.platform, i.diagnosis",
    ),
    (
        "carriers of a gene by population",
        "SELECT i.population, count(DISTINCT i.individual_id) AS n FROM individuals i \
         JOIN genotypes g ON g.individual_id = i.individual_id \
         JOIN variants v ON g.variant_id = v.variant_id \
         WHERE v.gene = 'GENE01000' AND g.dosage >= 1 GROUP BY i.population",
    ),
    (
        "alleles of a gene",
        "SELECT sum(g.dosage) AS alleles, count(*) AS genotypes FROM genotypes g \
         JOIN variants v ON g.variant_id = v.variant_id WHERE v.gene = 'GENE02000' AND g.dosage >= 1",
    ),
    (
        "carriers of twenty genes",
        "SELECT v.gene, count(DISTINCT g.individual_id) AS n FROM genotypes g \
         JOIN variants v ON g.variant_id = v.variant_id \
         WHERE v.gene BETWEEN 'GENE03000' AND 'GENE03019' AND g.dosage >= 1 GROUP BY v.gene",
    ),
    (
        "rare alleles per individual of a region",
        "SELECT i.population, avg(t.n) AS alleles FROM individuals i JOIN \
         (SELECT g.individual_id, count(*) AS n FROM genotypes g \
         JOIN variants v ON g.variant_id = v.variant_id \
         WHERE v.pos BETWEEN 1000000 AND 1100000 AND g.dosage >= 1 GROUP BY g.individual_id) t \
         ON i.individual_id = t.individual_id GROUP BY i.population",
    ),
    (
        "genotypes of a region by sex and dosage",
        "SELECT i.sex, g.dosage, count(*) AS n FROM genotypes g \
         JOIN variants v ON g.variant_id = v.variant_id \
         JOIN individuals i ON g.individual_id = i.individual_id \
         WHERE v.chrom = '3' AND v.pos BETWEEN 1600000 AND 1650000 AND g.dosage > 0 \
         GROUP BY i.sex, g.dosage",
    ),
    (
        "homozygotes of a chromosome by diagnosis",
        "SELECT i.diagnosis, count(*) AS n, count(DISTINCT i.individual_id) AS people \
         FROM genotypes g JOIN variants v ON g.variant_id = v.variant_id \
         JOIN individuals i ON g.individual_id = i.individual_id \
         WHERE v.chrom = '21' AND g.dosage = 2 GROUP BY i.diagnosis",
    ),
    (
        "cases and controls among carriers of a region",
        "SELECT i.sex, count(DISTINCT i.individual_id) FILTER (WHERE i.diagnosis = 'lung') AS cases, \
         count(DISTINCT i.individual_id) FILTER (WHERE i.diagnosis = 'none') AS controls \
         FROM genotypes g JOIN variants v ON g.variant_id = v.variant_id \
         JOIN individuals i ON g.individual_id = i.individual_id \
         WHERE v.pos BETWEEN 3000000 AND 3050000 AND g.dosage >= 1 GROUP BY i.sex",
    ),
];
