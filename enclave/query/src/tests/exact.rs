//! Before protection a query gives what SQL gives: the same text over the same
//! rows, in the bare engine, is the judge.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, Float64Array, Int64Array},
    datatypes::DataType,
    record_batch::{RecordBatch, RecordBatchOptions},
};
use datafusion::{datasource::MemTable, prelude::SessionContext};
use sekisho_disclosure::Figure;

use super::{Dataset, collected, lines};
use crate::{
    MeasureKind,
    cells::Cells,
    cut::Cut,
    run::{self, Prepared},
    session,
};

/// The bare engine over everything.
fn bare(dataset: &Dataset) -> SessionContext {
    let cohort = dataset.snapshot.individuals().unwrap();
    let context = SessionContext::new_with_state(session::state().unwrap());
    for table in &dataset.snapshot.catalogue().tables {
        let names: Vec<String> = table.columns.iter().map(|c| c.name.clone()).collect();
        let batches: Vec<RecordBatch> = if table.name == "genotypes" {
            let rows = dataset.snapshot.genotypes(&names, &cohort, None, false);
            rows.unwrap().map(Result::unwrap).collect()
        } else {
            let rows = dataset.snapshot.scan(&table.name, &names, &cohort);
            rows.unwrap().map(Result::unwrap).collect()
        };
        let table_of_rows = MemTable::try_new(batches[0].schema(), vec![batches]).unwrap();
        context
            .register_table(table.name.as_str(), Arc::new(table_of_rows))
            .unwrap();
    }
    context
}

/// The cells of a cut as they are before protection.
async fn cells(dataset: &Dataset, prepared: &Prepared, cut: &Cut) -> RecordBatch {
    let Cells { table, keys } = collected(dataset, prepared, cut).await;
    // SQL has no row for a group of nobody, but for the whole.
    let whole = cut.shape.dimensions.is_empty();
    let there: Vec<_> = (table.cells().iter())
        .filter(|(_, cell)| whole || cell.group.individuals() > 0)
        .collect();
    let keys = (0..cut.shape.dimensions.len()).map(|index| {
        let positions = there.iter().map(|(key, _)| key[index]);
        keys.array(&cut.shape, index, positions).unwrap()
    });
    let figures = cut
        .shape
        .measures
        .iter()
        .enumerate()
        .map(|(index, measure)| {
            let figures = there.iter().map(|(_, cell)| &cell.figures[index]);
            if measure.kind.data_type() == DataType::Int64 {
                let values = figures.map(|figure| whole_number(measure.kind, figure));
                Arc::new(values.collect::<Int64Array>()) as ArrayRef
            } else {
                let values = figures.map(|figure| fraction(measure.kind, figure));
                Arc::new(values.collect::<Float64Array>()) as ArrayRef
            }
        });
    let columns = keys.chain(figures).collect();
    let options = RecordBatchOptions::new().with_row_count(Some(there.len()));
    RecordBatch::try_new_with_options(cut.shape.cells_schema(), columns, &options).unwrap()
}

fn whole_number(kind: MeasureKind, figure: &Figure) -> Option<i64> {
    let totals = figure.totals();
    match kind {
        MeasureKind::Individuals => Some(figure.individuals() as i64),
        MeasureKind::Count => Some(totals.count as i64),
        _ => (totals.count > 0).then_some(totals.integer as i64),
    }
}

fn fraction(kind: MeasureKind, figure: &Figure) -> Option<f64> {
    let totals = figure.totals();
    let (count, sum) = (totals.count as f64, totals.fraction + totals.integer as f64);
    let value = match kind {
        MeasureKind::Sum => sum,
        MeasureKind::IntegerMean | MeasureKind::Mean => sum / count,
        MeasureKind::VariancePopulation => totals.deviations / count,
        MeasureKind::Variance => totals.deviations / (count - 1.0),
        _ => panic!("ask for a variance"),
    };
    (totals.count > 0).then_some(value)
}

/// What the two phases give without protection, and what the engine gives.
async fn both(dataset: &Dataset, sql: &str) -> (Vec<String>, Vec<String>) {
    let prepared = match run::prepare(sql, dataset.snapshot.catalogue()).await {
        Ok(prepared) => prepared,
        Err(refusal) => panic!("{sql}\n{refusal:?}"),
    };
    let mut tables = Vec::new();
    for cut in prepared.cuts() {
        tables.push(cells(dataset, &prepared, cut).await);
    }
    let ours = prepared.released(tables, None).await.unwrap();
    let theirs = bare(dataset)
        .sql(sql)
        .await
        .unwrap()
        .collect()
        .await
        .unwrap();
    let sorted = |batches: Vec<RecordBatch>| {
        let mut all: Vec<String> = batches.iter().flat_map(lines).collect();
        all.sort_unstable();
        all
    };
    (sorted(ours), sorted(theirs))
}

pub(super) async fn same(queries: &[&str]) {
    let dataset = Dataset::new();
    for sql in queries {
        let (ours, theirs) = both(&dataset, sql).await;
        assert_eq!(ours, theirs, "{sql}");
        assert!(!theirs.is_empty(), "{sql}");
    }
}

#[tokio::test]
async fn joins_give_what_sql_gives() {
    same(&[
        // Individuals beside individuals.
        "SELECT count(*), sum(f.months), avg(i.age) FROM individuals i JOIN follow_up f USING (individual_id) WHERE i.sex = 'male'",
        "SELECT i.diagnosis, count(*), count(f.months) FROM individuals i LEFT JOIN follow_up f ON i.individual_id = f.individual_id GROUP BY i.diagnosis",
        "SELECT count(*), count(f.individual_id) FROM individuals i LEFT JOIN (SELECT * FROM follow_up WHERE alive) f ON i.individual_id = f.individual_id WHERE i.age > 50",
        "SELECT count(*) FROM individuals i LEFT JOIN (SELECT * FROM follow_up WHERE alive) f ON i.individual_id = f.individual_id WHERE f.months IS NULL",
        "SELECT f.alive, count(*) FROM follow_up f RIGHT JOIN individuals i ON i.individual_id = f.individual_id WHERE i.smoker GROUP BY f.alive",
        "SELECT count(*), count(DISTINCT i.individual_id) FROM follow_up f LEFT JOIN individuals i ON i.individual_id = f.individual_id AND f.individual_id = i.individual_id",
        "SELECT count(*) FROM individuals a JOIN individuals b ON a.individual_id = b.individual_id WHERE a.sex = 'male' AND b.smoker = false",
        // Individuals beside rows.
        "SELECT s.tissue, count(*), avg(i.age), sum(i.weight) FROM individuals i JOIN samples s ON i.individual_id = s.individual_id WHERE i.sex = 'male' AND s.tissue = 'tumor' GROUP BY s.tissue",
        "SELECT f.alive, q.stage, count(*), avg(q.depth) FROM follow_up f JOIN qc_metrics q ON f.individual_id = q.individual_id GROUP BY 1, 2",
        "SELECT count(*), count(q.depth), count(DISTINCT q.individual_id), count(DISTINCT i.individual_id) FROM individuals i LEFT JOIN qc_metrics q ON i.individual_id = q.individual_id",
        "SELECT i.sex, count(*), sum(q.depth) FROM individuals i LEFT JOIN (SELECT * FROM qc_metrics WHERE depth > 50) q ON i.individual_id = q.individual_id WHERE i.diagnosis <> 'bone' GROUP BY i.sex",
        "SELECT count(*) FROM individuals i LEFT JOIN qc_metrics q ON i.individual_id = q.individual_id WHERE q.depth IS NULL",
        "SELECT f.alive, count(*), sum(f.months) FROM samples s LEFT JOIN follow_up f ON s.individual_id = f.individual_id GROUP BY f.alive",
        "SELECT count(*) FROM samples s LEFT JOIN (SELECT * FROM follow_up WHERE months > 5) f ON s.individual_id = f.individual_id WHERE f.months IS NULL AND s.tissue = 'tumor'",
        "SELECT count(*), sum(f.months) FROM follow_up f RIGHT JOIN qc_metrics q ON f.individual_id = q.individual_id WHERE q.depth = 30",
        // Rows beside rows.
        "SELECT s.tissue, count(*), avg(q.depth) FROM samples s JOIN qc_metrics q ON s.individual_id = q.individual_id AND s.sample_id = q.sample_id JOIN individuals i ON i.individual_id = q.individual_id WHERE i.age < 55 GROUP BY s.tissue",
        "SELECT count(*), count(q.depth) FROM samples s LEFT JOIN qc_metrics q ON s.individual_id = q.individual_id AND s.sample_id = q.sample_id",
        "SELECT count(*) FROM samples s JOIN individuals i USING (individual_id) LEFT JOIN qc_metrics q ON i.individual_id = q.individual_id AND q.sample_id = s.sample_id WHERE i.smoker AND s.tissue = 'normal'",
        "SELECT count(*) FROM samples a JOIN samples b ON a.individual_id = b.individual_id WHERE a.tissue = 'tumor'",
        // Variants.
        "SELECT i.diagnosis, v.gene, count(*), count(DISTINCT i.individual_id) FROM individuals i JOIN genotypes g ON i.individual_id = g.individual_id JOIN variants v ON g.variant_id = v.variant_id WHERE g.dosage >= 1 AND i.sex = 'female' GROUP BY 1, 2",
        "SELECT v.pos, v.kind, sum(g.dosage) FROM variants v RIGHT JOIN genotypes g ON g.variant_id = v.variant_id WHERE g.dosage >= 1 GROUP BY 1, 2",
    ])
    .await;
}

#[tokio::test]
async fn predicates_and_missing_values_give_what_sql_gives() {
    same(&[
        "SELECT count(*) FROM individuals WHERE weight > 60",
        "SELECT count(*) FROM individuals WHERE NOT weight > 60",
        "SELECT count(*) FROM individuals WHERE weight > 60 OR weight IS NULL",
        "SELECT count(*) FROM follow_up WHERE alive",
        "SELECT count(*) FROM follow_up WHERE NOT alive",
        "SELECT count(*) FROM follow_up WHERE alive = false AND months <> 3",
        "SELECT alive, count(*), count(months), sum(months), avg(months) FROM follow_up GROUP BY alive",
        "SELECT sum(months), avg(months) FROM follow_up WHERE months > 50",
        "SELECT count(*) FILTER (WHERE alive), sum(months) FILTER (WHERE NOT alive) FROM follow_up",
        "SELECT count(*) FILTER (WHERE i.sex = 'male' AND s.tissue = 'tumor'), count(DISTINCT i.individual_id) FILTER (WHERE i.age > 60), sum(i.weight) FILTER (WHERE s.tissue = 'normal') FROM individuals i JOIN samples s ON i.individual_id = s.individual_id",
        "SELECT round(var_pop(age), 6), round(var_samp(weight), 6) FROM individuals WHERE sex = 'male'",
        "SELECT s.tissue, round(var_pop(q.depth), 6), round(var_pop(i.weight), 6) FROM individuals i JOIN samples s ON i.individual_id = s.individual_id JOIN qc_metrics q ON s.sample_id = q.sample_id AND q.individual_id = s.individual_id GROUP BY s.tissue",
        "SELECT count(*), sum(age), avg(age), count(*) FILTER (WHERE smoker), count(*) AS again FROM individuals",
    ])
    .await;
}

#[tokio::test]
async fn aggregates_of_an_individuals_own_rows_give_what_sql_gives() {
    same(&[
        "SELECT avg(n), count(*) FROM (SELECT individual_id, count(*) AS n FROM samples GROUP BY individual_id) t",
        "SELECT avg(n) FROM (SELECT g.individual_id, count(*) AS n FROM genotypes g WHERE g.dosage >= 1 GROUP BY g.individual_id) t",
        "SELECT n, count(*) FROM (SELECT g.individual_id, count(*) AS n FROM genotypes g WHERE g.dosage >= 1 GROUP BY g.individual_id) t GROUP BY n",
        "SELECT i.sex, avg(c.n), count(*), count(c.n) FROM individuals i LEFT JOIN (SELECT individual_id, count(*) AS n FROM genotypes WHERE dosage >= 1 GROUP BY individual_id) c ON i.individual_id = c.individual_id GROUP BY i.sex",
        "SELECT count(*) FROM (SELECT DISTINCT individual_id FROM qc_metrics WHERE depth > 50) t",
        "SELECT count(*) FROM (SELECT individual_id FROM qc_metrics GROUP BY individual_id) t",
        "SELECT sum(lo), sum(hi), avg(mean), sum(total), count(*) FROM (SELECT individual_id, min(depth) AS lo, max(depth) AS hi, avg(depth) AS mean, sum(depth) AS total FROM qc_metrics GROUP BY individual_id HAVING count(*) > 1) t WHERE hi > 100",
        "SELECT sum(n), count(*) FROM (SELECT i.individual_id, i.sex, count(*) AS n, count(DISTINCT s.individual_id) AS one FROM individuals i JOIN samples s ON i.individual_id = s.individual_id WHERE i.age > 50 AND s.tissue = 'tumor' GROUP BY i.individual_id, i.sex) t WHERE sex = 'male' AND one = 1",
        "SELECT tissue, avg(n), count(*) FROM (SELECT individual_id, tissue, count(*) AS n FROM samples GROUP BY individual_id, tissue) t GROUP BY tissue",
        "SELECT sex, stage, sum(n), count(*) FROM (SELECT i.individual_id, i.sex, q.stage, count(*) AS n, sum(i.age) AS ages FROM individuals i JOIN qc_metrics q ON i.individual_id = q.individual_id WHERE i.smoker GROUP BY i.individual_id, i.sex, q.stage) t WHERE ages > 100 GROUP BY sex, stage",
        "SELECT sum(n) FROM (SELECT i.individual_id, count(*) FILTER (WHERE i.sex = 'male' AND s.tissue = 'tumor') AS n FROM individuals i JOIN samples s ON i.individual_id = s.individual_id GROUP BY i.individual_id) t",
        "SELECT count(*), sum(m) FROM (SELECT individual_id, max(months) AS m FROM follow_up WHERE alive GROUP BY individual_id) t",
        "WITH tp53 AS (SELECT g.individual_id FROM genotypes g JOIN variants v ON g.variant_id = v.variant_id WHERE v.gene = 'TP53' AND g.dosage >= 1 GROUP BY g.individual_id), kras AS (SELECT DISTINCT g.individual_id FROM genotypes g JOIN variants v ON g.variant_id = v.variant_id WHERE v.gene = 'KRAS' AND g.dosage >= 1) SELECT i.diagnosis, count(*) FROM tp53 JOIN kras ON tp53.individual_id = kras.individual_id JOIN individuals i ON i.individual_id = kras.individual_id WHERE i.age < 65 GROUP BY i.diagnosis",
        "SELECT v.gene, count(*) FROM (SELECT individual_id, variant_id, sum(dosage) AS copies FROM genotypes WHERE dosage >= 1 GROUP BY individual_id, variant_id) g JOIN variants v ON g.variant_id = v.variant_id WHERE copies = 1 GROUP BY v.gene",
        "SELECT avg(n) FROM (SELECT individual_id, sum(n) AS n FROM (SELECT individual_id, tissue, count(*) AS n FROM samples GROUP BY individual_id, tissue) s GROUP BY individual_id) t",
    ])
    .await;
}

#[tokio::test]
async fn truth_as_a_value_gives_what_sql_gives() {
    same(&[
        "SELECT a, count(*) FROM (SELECT individual_id, alive IS TRUE AS a FROM follow_up) t GROUP BY a",
        "SELECT individuals, count(*) FROM (SELECT t.individual_id, t.a, count(*) AS individuals FROM (SELECT f.individual_id, f.alive IS NOT TRUE AS a FROM follow_up f JOIN samples s ON f.individual_id = s.individual_id) t GROUP BY t.individual_id, t.a) u WHERE a GROUP BY individuals",
        "SELECT deep, sum(n) FROM (SELECT individual_id, depth > 50 AS deep, count(*) AS n FROM qc_metrics GROUP BY individual_id, depth > 50) t GROUP BY deep",
        "SELECT deep, sum(n) FROM (SELECT individual_id, deep, count(*) AS n FROM (SELECT individual_id, (depth > 50) IS TRUE AS deep FROM qc_metrics) q GROUP BY individual_id, deep) t GROUP BY deep",
        "SELECT (q.depth > 50) IS TRUE AS deep, count(*) FROM qc_metrics q GROUP BY 1",
        "SELECT count(*) FROM (SELECT individual_id, max(months) AS m FROM follow_up WHERE alive IS NOT FALSE GROUP BY individual_id) t WHERE m IS NOT NULL",
        "SELECT count(*) FROM (SELECT s.individual_id, count(*) AS n FROM samples s JOIN follow_up f ON s.individual_id = f.individual_id WHERE f.alive IS UNKNOWN GROUP BY s.individual_id) t WHERE n = 2",
    ])
    .await;
}

#[tokio::test]
async fn released_figures_join_with_literals() {
    same(&[
        "SELECT w.weight, n.n * w.weight FROM (SELECT sex, count(*) AS n FROM individuals GROUP BY sex) n JOIN (SELECT column1 AS sex, column2 AS weight FROM (VALUES ('male', 2), ('female', 3)) v) w ON n.sex = w.sex",
        "WITH w AS (SELECT 'male' AS sex, 0.5 AS share) SELECT n * share FROM w JOIN (SELECT sex, count(*) AS n FROM individuals GROUP BY sex) n USING (sex)",
        "SELECT a.n - b.n FROM (SELECT count(*) AS n FROM individuals) a CROSS JOIN (SELECT count(*) AS n FROM follow_up) b",
    ])
    .await;
}

#[tokio::test]
async fn keys_of_every_type_give_what_sql_gives() {
    same(&[
        "SELECT age, count(*) FROM individuals GROUP BY age",
        "SELECT weight, count(*) FROM individuals GROUP BY weight",
        "SELECT registered_on, count(*) FROM individuals GROUP BY registered_on",
        "SELECT smoker, sex, count(*) FROM individuals GROUP BY smoker, sex",
        "SELECT q.depth, i.age, count(*) FROM qc_metrics q JOIN individuals i ON q.individual_id = i.individual_id GROUP BY q.depth, i.age",
        "SELECT variant_id, count(*) FROM genotypes WHERE dosage >= 1 GROUP BY variant_id",
        "SELECT v.variant_id, v.chrom, v.pos, v.ref, v.alt, v.rsid, v.kind, v.consequence, count(*) FROM genotypes g JOIN variants v ON g.variant_id = v.variant_id WHERE g.dosage = 1 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8",
        "SELECT floor(weight / 10), count(*) FROM individuals GROUP BY floor(weight / 10)",
        "SELECT age / 10, count(*) FROM individuals GROUP BY age / 10",
        "SELECT upper(sex), count(*) FROM individuals GROUP BY upper(sex)",
        "SELECT CAST(date_trunc('year', registered_on) AS DATE), count(*) FROM individuals GROUP BY date_trunc('year', registered_on)",
        "SELECT date_part('year', registered_on) AS y, count(*) FROM individuals GROUP BY y",
        "SELECT old, count(*) FROM (SELECT individual_id, CASE WHEN age >= 60 THEN 'old' ELSE 'young' END AS old FROM individuals) t GROUP BY old",
        "SELECT band, count(*), avg(x) FROM (SELECT floor(age / 10.0) AS band, weight AS x FROM individuals WHERE sex = 'male') t WHERE band > 4 GROUP BY band",
    ])
    .await;
}
