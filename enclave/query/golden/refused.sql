-- Rows never leave.
SELECT * FROM individuals

SELECT sample_id FROM samples

SELECT i.age FROM individuals i JOIN samples s ON i.individual_id = s.individual_id

SELECT individual_id, count(*) FROM samples GROUP BY individual_id

SELECT DISTINCT diagnosis FROM individuals

SELECT age FROM individuals ORDER BY age LIMIT 1

SELECT count(*) FROM (SELECT * FROM individuals LIMIT 100) t

SELECT rank() OVER (ORDER BY age) FROM individuals

SELECT sum(x) FROM (SELECT age AS x FROM individuals UNION ALL SELECT age FROM individuals) t

-- Aggregates that show one person's value.
SELECT min(age) FROM individuals

SELECT max(registered_on) FROM individuals

SELECT array_agg(age) FROM individuals

SELECT string_agg(note, ',') FROM individuals

SELECT median(age) FROM individuals

SELECT approx_distinct(age) FROM individuals

SELECT first_value(age) FROM individuals

SELECT bool_and(smoker) FROM individuals

SELECT count(DISTINCT age) FROM individuals

SELECT sum(DISTINCT age) FROM individuals

SELECT sum(sex) FROM individuals

SELECT sum(individual_id) FROM individuals

SELECT sum(v.pos) FROM genotypes g JOIN variants v ON g.variant_id = v.variant_id

-- Expressions that could fail, or that hide a value's digits.
SELECT sum(age / (age - 50)) FROM individuals

SELECT sum(CAST(note AS INT)) FROM individuals

SELECT sum(CASE WHEN note = 'x' THEN age ELSE 0 END) FROM individuals

SELECT count(*) FROM individuals WHERE 100 / (age - 41) > 1

SELECT count(*) FROM individuals WHERE sqrt(weight) > 8

SELECT count(*) FROM individuals WHERE age = weight

SELECT count(*) FROM individuals WHERE random() < 0.5

SELECT count(*) FROM individuals WHERE note LIKE 'S%'

SELECT count(*) FROM individuals WHERE note = 'free text'

SELECT count(*) FROM individuals WHERE individual_id = 'p1'

SELECT count(*) FROM samples WHERE sample_id IS NOT NULL

SELECT count(*) FROM individuals WHERE diagnosis = 'lugn'

SELECT count(*) FROM individuals WHERE age = NULL

SELECT count(*) FROM individuals WHERE age = 'forty'

SELECT count(*) FROM individuals WHERE registered_on > 'yesterday'

SELECT count(*) FROM individuals i JOIN samples s ON i.individual_id = s.individual_id
WHERE i.sex = 'male' OR s.tissue = 'tumor'

SELECT count(*) FROM individuals i JOIN samples s ON i.individual_id = s.individual_id
WHERE NOT (i.sex = 'female' AND s.tissue = 'normal')

SELECT count(*) FROM (SELECT sqrt(weight) AS root FROM individuals) t

-- Group keys.
SELECT sample_id, count(*) FROM samples GROUP BY sample_id

SELECT substr(individual_id, 1, 2), count(*) FROM individuals GROUP BY 1

SELECT upper(note), count(*) FROM individuals GROUP BY upper(note)

SELECT sqrt(weight), count(*) FROM individuals GROUP BY sqrt(weight)

SELECT s.individual_id, count(*) FROM individuals i LEFT JOIN samples s ON i.individual_id = s.individual_id
GROUP BY s.individual_id

SELECT note, count(*) FROM individuals GROUP BY note

SELECT sex, count(*) FROM individuals GROUP BY ROLLUP (sex)

SELECT sex, diagnosis, count(*) FROM individuals GROUP BY CUBE (sex, diagnosis)

SELECT v.gene, count(*) FROM genotypes g JOIN variants v ON g.variant_id = v.variant_id GROUP BY v.gene

-- Joins.
SELECT count(*) FROM individuals, samples

SELECT count(*) FROM individuals a JOIN individuals b ON a.age < b.age

SELECT count(*) FROM individuals i JOIN samples s ON i.sex = s.tissue

SELECT count(*) FROM samples s JOIN qc_metrics q ON s.sample_id = q.sample_id

SELECT count(*) FROM individuals i FULL JOIN samples s ON i.individual_id = s.individual_id

SELECT count(*) FROM individuals i LEFT JOIN samples s ON i.individual_id = s.individual_id AND s.tissue = 'tumor'

SELECT count(*) FROM individuals NATURAL JOIN samples

SELECT count(*) FROM individuals i LEFT ANTI JOIN samples s ON i.individual_id = s.individual_id

SELECT count(*) FROM individuals i JOIN (SELECT sex, count(*) AS n FROM individuals GROUP BY sex) t ON i.sex = t.sex

SELECT count(*) FROM samples a JOIN samples b ON a.individual_id = b.individual_id
JOIN samples c ON a.individual_id = c.individual_id

SELECT count(*) FROM genotypes a JOIN genotypes b ON a.individual_id = b.individual_id AND a.sample_id = b.sample_id
WHERE a.dosage >= 1 AND b.dosage >= 1

SELECT count(*) FROM individuals i LEFT JOIN (
  SELECT s.individual_id FROM samples s JOIN individuals o ON s.individual_id = o.individual_id WHERE o.sex = 'male'
) t ON i.individual_id = t.individual_id

SELECT count(*) FROM (SELECT i.sex, s.individual_id AS sampled FROM individuals i
  LEFT JOIN samples s ON i.individual_id = s.individual_id) t
JOIN qc_metrics q ON t.sampled = q.individual_id

-- An individual's own rows, aggregated.
SELECT DISTINCT individual_id FROM samples

SELECT median(n) FROM (SELECT individual_id, count(*) AS n FROM samples GROUP BY individual_id) t

SELECT avg(n) FROM (SELECT individual_id, median(depth) AS n FROM qc_metrics GROUP BY individual_id) t

SELECT avg(n) FROM (SELECT individual_id, count(DISTINCT tissue) AS n FROM samples GROUP BY individual_id) t

SELECT avg(n) FROM (SELECT individual_id, count(*) AS n FROM genotypes GROUP BY individual_id) t

SELECT avg(n) FROM (SELECT g.individual_id, max(v.pos) AS n FROM genotypes g
  JOIN variants v ON g.variant_id = v.variant_id WHERE g.dosage >= 1 GROUP BY g.individual_id) t

SELECT count(*) FROM (SELECT DISTINCT individual_id FROM genotypes) t

SELECT sum(x) FROM (SELECT dosage + 1 AS dosage, dosage AS x FROM genotypes) t WHERE dosage >= 1

-- Annotations.
SELECT count(*) FROM variants

SELECT * FROM variants

SELECT gene FROM variants WHERE pos > 1

SELECT count(*) FROM genotypes g RIGHT JOIN variants v ON g.variant_id = v.variant_id

-- Which sites occur here is known from somebody's genome.
SELECT count(*) FROM genotypes

SELECT count(*) FROM genotypes g JOIN variants v ON g.variant_id = v.variant_id WHERE v.pos = 7675088

SELECT count(DISTINCT individual_id) FROM genotypes WHERE dosage IS NULL OR dosage >= 1

SELECT count(*) FROM genotypes a JOIN genotypes b ON a.individual_id = b.individual_id WHERE a.dosage >= 1

SELECT sum(g.dosage) FROM individuals i LEFT JOIN genotypes g ON i.individual_id = g.individual_id

-- Subqueries over private rows.
SELECT count(*) FROM individuals WHERE individual_id IN (SELECT individual_id FROM samples)

SELECT count(*) FROM individuals WHERE age > (SELECT avg(age) FROM individuals)

SELECT count(*) FROM individuals i WHERE EXISTS (SELECT 1 FROM samples s WHERE s.individual_id = i.individual_id)

SELECT sex, count(*), (SELECT age FROM individuals LIMIT 1) FROM individuals GROUP BY sex

-- Statements and clauses.
EXPLAIN SELECT count(*) FROM individuals

EXPLAIN ANALYZE SELECT count(*) FROM individuals

COPY individuals TO '/tmp/out.csv'

CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '/etc/passwd'

CREATE TABLE t AS SELECT * FROM individuals

INSERT INTO individuals SELECT * FROM individuals

SET datafusion.execution.batch_size = 1

SHOW TABLES

DESCRIBE individuals

SELECT count(*) FROM individuals; SELECT 1

SELECT table_name FROM information_schema.tables

SELECT count(*) FROM patients

SELECT count(*) FROM '/etc/passwd'

SELECT count(nosuch) FROM individuals

SELECT count(individual_id) FROM individuals i JOIN samples s ON i.individual_id = s.individual_id

SELECT count(__unit) FROM individuals

SELECT nosuch(age) FROM individuals

SELECT diagnosis,
       coutn(*) FROM individuals GROUP BY diagnosis

SELECT sex, diagnosis, count(*) FROM individuals GROUP BY sex

SELECT count(*) FROM individuals WHERE age + sex > 1

SELECT sum(n), round('x', n) FROM (SELECT count(*) AS n FROM individuals) t GROUP BY n

SELECT count(*) FROM individuals TABLESAMPLE (10 PERCENT)

SELECT count(*) FROM individuals HAVING count(*) > (SELECT count(*) FROM individuals TABLESAMPLE (10 PERCENT))

WITH a AS (SELECT count(*) AS n FROM individuals), b AS (SELECT x.n FROM a x CROSS JOIN a y),
c AS (SELECT x.n FROM b x CROSS JOIN b y), d AS (SELECT x.n FROM c x CROSS JOIN c y),
e AS (SELECT x.n FROM d x CROSS JOIN d y), f AS (SELECT x.n FROM e x CROSS JOIN e y),
g AS (SELECT x.n FROM f x CROSS JOIN f y), h AS (SELECT x.n FROM g x CROSS JOIN g y) SELECT n FROM h

SELECT count(*) FROM individuals FOR UPDATE

SELECT DISTINCT ON (sex) sex FROM individuals

SELECT count(*) FROM individuals QUALIFY row_number() OVER () = 1

WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r

SELECT count(*) FROM generate_series(1, 10)

SELECT count(*) FROM individuals i, LATERAL (SELECT 1) t

SELECT count(*) INTO t FROM individuals

SELECT @@version, count(*) FROM individuals

SELECT count(*) FROM individuals WHERE age = $1

SELECT 1

SELECT count(*) FROM individuals PIVOT (count(*) FOR sex IN ('female', 'male'))

SELECT count(*) FROM UNNEST([1, 2]) t

SELECT count(*) FROM range(1, 10)

SELECT count(*) FROM individuals WHERE age IN (SELECT n FROM generate_series(1, 9) t(n))

SELECT count(*) FROM 's3://bucket/table.parquet'

SELECT count(*) FROM individuals GROUP BY GROUPING SETS ((sex), (diagnosis))

SELECT sex, count(*) FROM individuals GROUP BY sex WITH ROLLUP

SELECT n, sum(m) FROM (SELECT sex AS n, count(*) AS m FROM individuals GROUP BY sex) t GROUP BY CUBE (n)

SELECT count(*) FROM individuals ASOF JOIN samples MATCH_CONDITION (age > 1) ON true

-- Over results: functions of unbounded size, of chance, of the clock, of the machine.
SELECT length(repeat('a', 1000000000)), count(*) FROM individuals

SELECT lpad(sex, 1000000000), count(*) FROM individuals GROUP BY sex

SELECT replace(sex, 'e', 'eeeeee'), count(*) FROM individuals GROUP BY sex

SELECT unnest(generate_series(1, 100000000)), count(*) FROM individuals

SELECT generate_series(1, count(*)) FROM individuals

SELECT [count(*), 1] FROM individuals

SELECT struct(count(*)) FROM individuals

SELECT random(), count(*) FROM individuals

SELECT uuid(), count(*) FROM individuals

SELECT now(), count(*) FROM individuals

SELECT version(), count(*) FROM individuals

SELECT arrow_typeof(count(*)) FROM individuals

SELECT regexp_replace(sex, '(.*)*', 'x'), count(*) FROM individuals GROUP BY sex

SELECT sex ~ '(.*)*x', count(*) FROM individuals GROUP BY sex

SELECT sex SIMILAR TO '(f|m)%', count(*) FROM individuals GROUP BY sex

SELECT string_agg(sex, ',') FROM (SELECT sex, count(*) AS n FROM individuals GROUP BY sex) t

SELECT array_agg(n) OVER () FROM (SELECT sex, count(*) AS n FROM individuals GROUP BY sex) t

WITH a AS (SELECT sex || sex || sex || sex AS s, count(*) AS n FROM individuals GROUP BY sex),
b AS (SELECT s || s || s || s AS s FROM a), c AS (SELECT s || s || s || s AS s FROM b),
d AS (SELECT s || s || s || s AS s FROM c), e AS (SELECT s || s || s || s AS s FROM d) SELECT s FROM e

WITH t AS (SELECT sex, diagnosis, smoker, count(*) AS n FROM individuals GROUP BY sex, diagnosis, smoker)
SELECT a.n FROM t a, t b, t c, t d, t e WHERE a.n + b.n + c.n + d.n + e.n < 0

SELECT unnest([1, 2]), count(*) FROM individuals

SELECT FROM WHERE

SELECT count(*) FROM (SELECT age AS "__unit" FROM individuals) t

SELECT count(*) FROM (SELECT age AS '__variant' FROM individuals) t

SELECT count(*) FROM (SELECT age AS `__variant` FROM individuals) t

SELECT count(*) FROM (SELECT smoker AS "__in" FROM individuals) t

SELECT count(*) FROM individuals AS __everybody

SELECT count(*) FROM individuals AS __cells_0

SELEC count(*) FROM individuals

SELECT count(* FROM individuals

SELECT count(*) FROM individuals WHERE note = 'never closed

SELECT count(*)
FROM individuals
WHERE age >> > 1 AND note = 'Line: 9, Column: 9'

SELECT sum(age / 100) FROM individuals

SELECT sum(y) FROM (SELECT ceil(weight / 150.5) AS y FROM individuals) t

SELECT sum(age + weight) FROM individuals

SELECT median(age) FROM individuals WHERE smoker AND sex = 'male'

SELECT count(*) FROM individuals WHERE sex = female

SELECT count(*) FROM individuals WHERE sex LIKE '%ale'

SELECT count(*) FROM individuals WHERE CAST(weight AS INT) = 70

SELECT count(*) FROM individuals WHERE repeat(sex, 1000000000) = 'x'

SELECT lower(trim(sex)), count(*) FROM individuals GROUP BY 1

SELECT age % 2, count(*) FROM individuals GROUP BY 1

SELECT CASE WHEN age > 40 THEN sex ELSE 'young' END, count(*) FROM individuals GROUP BY 1

SELECT corr(age, weight) FROM individuals
