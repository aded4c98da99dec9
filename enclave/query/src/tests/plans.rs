//! What the private phase hands to the enclave: who is in the cohort and what
//! everybody else would contribute, then rows that know no cohort.

use std::{collections::BTreeMap, sync::Arc};

use arrow::record_batch::RecordBatch;
use roaring::RoaringBitmap;

use super::Dataset;
use crate::{Level, MeasureKind, Sites, cut::Cut, run};

type Row = BTreeMap<String, Option<String>>;

/// The rows of batches by column, as text; NULL is none.
fn rows(batches: &[RecordBatch]) -> Vec<Row> {
    let options = arrow::util::display::FormatOptions::default();
    let mut rows = Vec::new();
    for batch in batches {
        let schema = batch.schema();
        for row in 0..batch.num_rows() {
            let cells = schema
                .fields()
                .iter()
                .zip(batch.columns())
                .map(|(field, column)| {
                    let value = arrow::util::display::ArrayFormatter::try_new(column, &options)
                        .unwrap()
                        .value(row)
                        .to_string();
                    (field.name().clone(), column.is_valid(row).then_some(value))
                });
            rows.push(cells.collect());
        }
    }
    rows
}

/// A query's only cut: its shape, and both its batches over everybody.
struct Phase {
    cut: crate::Shape,
    units: Vec<Row>,
    rows: Option<Vec<Row>>,
}

async fn phase(dataset: &Dataset, sql: &str) -> Phase {
    let everybody = Arc::new(dataset.snapshot.individuals().unwrap());
    phase_of(dataset, sql, &everybody).await
}

async fn phase_of(dataset: &Dataset, sql: &str, cohort: &Arc<RoaringBitmap>) -> Phase {
    let prepared = match run::prepare(sql, dataset.snapshot.catalogue()).await {
        Ok(prepared) => prepared,
        Err(refusal) => panic!("{sql}\n{refusal:?}"),
    };
    let [cut] = prepared.cuts() else {
        panic!("{sql}");
    };
    let batches = async |cut: &Cut| {
        let units = prepared.units(cut, &dataset.snapshot, cohort);
        let units = units.await.unwrap();
        let many = prepared.rows(cut, &dataset.snapshot, cohort);
        let many = many.await.unwrap();
        (rows(&units), cut.rows.as_ref().map(|_| rows(&many)))
    };
    let (units, rows) = batches(cut).await;
    assert_eq!(cut.shape.many, rows.is_some(), "{sql}");
    Phase {
        cut: cut.shape.clone(),
        units,
        rows,
    }
}

fn is(row: &Row, name: &str, value: &str) -> bool {
    row[name].as_deref() == Some(value)
}

fn count(rows: &[Row], name: &str, value: &str) -> usize {
    rows.iter().filter(|row| is(row, name, value)).count()
}

#[tokio::test]
async fn those_outside_the_cohort_are_known_with_their_values() {
    let dataset = Dataset::new();
    let sql = "SELECT diagnosis, sum(age), count(weight) FROM individuals \
               WHERE sex = 'male' AND diagnosis <> 'bone' GROUP BY diagnosis";
    let phase = phase(&dataset, sql).await;
    assert!(phase.rows.is_none());
    assert_eq!(phase.units.len(), 200);
    assert_eq!(count(&phase.units, "b", "true"), 97);
    assert_eq!(count(&phase.units, "b", "false"), 103);
    assert!(phase.units.iter().all(|row| row["v0"].is_some()));
    // Who has no weight does not count for it, inside or outside.
    assert_eq!(count(&phase.units, "f1", "true"), 180);
    assert_eq!(count(&phase.units, "f1", "false"), 20);
    // An earlier cohort that stands in for this one may have them.
    assert!(phase.units.iter().all(|row| row["k0"].is_some()));
    let outside = |row: &&_| is(row, "k0", "bone");
    assert!((phase.units.iter().filter(outside)).all(|row| is(row, "b", "false")));
}

#[tokio::test]
async fn a_condition_that_is_null_leaves_nobody_inside() {
    let dataset = Dataset::new();
    for (predicate, inside) in [
        ("alive", 50),
        ("NOT alive", 50),
        ("alive IS NULL", 50),
        ("months > 60", 0),
        ("alive OR months >= 0", 130),
    ] {
        let sql = format!("SELECT count(*) FROM follow_up WHERE {predicate}");
        let phase = phase(&dataset, &sql).await;
        assert_eq!(phase.units.len(), 150);
        assert_eq!(count(&phase.units, "b", "true"), inside, "{predicate}");
        assert_eq!(count(&phase.units, "b", "false"), 150 - inside);
    }
}

#[tokio::test]
async fn who_is_missing_from_one_side_of_a_join_is_outside_and_known() {
    let dataset = Dataset::new();
    for from in [
        "individuals i JOIN follow_up f ON i.individual_id = f.individual_id",
        "follow_up f JOIN individuals i ON i.individual_id = f.individual_id",
    ] {
        let sql = format!("SELECT sum(i.age) FROM {from} WHERE f.months >= 0");
        let phase = phase(&dataset, &sql).await;
        assert_eq!(phase.units.len(), 200);
        assert_eq!(count(&phase.units, "b", "true"), 120);
        assert!(phase.units.iter().all(|row| row["v0"].is_some()));
    }
}

#[tokio::test]
async fn rows_know_no_condition_on_individuals() {
    let dataset = Dataset::new();
    let sql = "SELECT s.tissue, count(*), sum(i.age), count(*) FILTER (WHERE i.smoker) \
               FROM individuals i JOIN samples s ON i.individual_id = s.individual_id \
               WHERE i.sex = 'male' AND s.tissue = 'tumor' GROUP BY s.tissue";
    let all = phase(&dataset, sql).await;
    assert_eq!(count(&all.units, "b", "true"), 100);
    assert_eq!(count(&all.units, "f2", "true"), 50);
    let rows = all.rows.unwrap();
    // Everybody's tumor, whoever is male.
    assert_eq!(rows.len(), 200);
    assert_eq!(count(&rows, "k0", "tumor"), 200);
    assert_eq!(count(&rows, "c0", "1"), 200);
    let names: Vec<_> = rows[0].keys().map(String::as_str).collect();
    assert_eq!(names, ["c0", "c1", "c2", "k0", "unit"]);
    let shape = &all.cut;
    assert_eq!(shape.dimensions[0].level, Level::Row);
    assert_eq!(shape.measures[1].kind, MeasureKind::IntegerSum);
    assert!(shape.measures[1].value && shape.measures[2].condition);
    assert_eq!(shape.measures[1].bounds, Some([0.0, 120.0]));
    // A smaller cohort has its own rows only.
    let few: Arc<RoaringBitmap> = Arc::new((0..7).collect());
    let few = phase_of(&dataset, sql, &few).await;
    assert_eq!((few.units.len(), few.rows.unwrap().len()), (7, 7));
}

#[tokio::test]
async fn rows_without_a_table_of_individuals_are_of_everybody() {
    let dataset = Dataset::new();
    let sql = "SELECT count(*), avg(depth), var_samp(depth) FROM qc_metrics WHERE depth > 50";
    let phase = phase(&dataset, sql).await;
    assert_eq!(count(&phase.units, "b", "true"), 200);
    let rows = phase.rows.unwrap();
    assert_eq!(rows.len(), 190);
    assert_eq!(count(&rows, "s1", "120.0"), 190);
    assert_eq!(count(&rows, "q2", "14400.0"), 190);
}

#[tokio::test]
async fn conditions_of_the_side_that_may_be_missing_hide_its_values_only() {
    let dataset = Dataset::new();
    let sql = "SELECT count(*), sum(f.months) FROM individuals i \
               LEFT JOIN (SELECT * FROM follow_up WHERE alive) f ON i.individual_id = f.individual_id";
    let phase = phase(&dataset, sql).await;
    assert_eq!(count(&phase.units, "b", "true"), 200);
    assert_eq!(count(&phase.units, "f1", "true"), 40);
    let known = phase.units.iter().filter(|row| row["v1"].is_some());
    assert_eq!(known.count(), 40);
}

#[tokio::test]
async fn figures_of_one_individual_are_of_individuals() {
    let dataset = Dataset::new();
    let sql = "SELECT n, avg(n) FROM (SELECT g.individual_id, count(*) AS n FROM genotypes g \
               JOIN variants v ON g.variant_id = v.variant_id WHERE g.dosage >= 1 AND v.gene = 'TP53' \
               GROUP BY g.individual_id) t GROUP BY n";
    let phase = phase(&dataset, sql).await;
    assert!(phase.rows.is_none());
    assert_eq!(phase.units.len(), 43);
    assert_eq!(phase.cut.dimensions[0].level, Level::Unit);
    assert_eq!(phase.cut.dimensions[0].values, None);
    assert_eq!(phase.cut.sites, Some(Sites::Gene));
}

#[tokio::test]
async fn what_names_single_sites_is_told() {
    let dataset = Dataset::new();
    let carriers =
        "FROM genotypes g JOIN variants v ON g.variant_id = v.variant_id WHERE g.dosage >= 1";
    for (sql, sites) in [
        ("SELECT count(*) FROM samples".to_owned(), None),
        (format!("SELECT count(*) {carriers}"), Some(Sites::Gene)),
        (
            format!("SELECT v.gene, count(*) {carriers} AND v.chrom = '17' GROUP BY v.gene"),
            Some(Sites::Gene),
        ),
        (
            format!("SELECT v.rsid, count(*) {carriers} GROUP BY v.rsid"),
            Some(Sites::Variant),
        ),
        (
            format!("SELECT count(*) {carriers} AND v.pos > 100"),
            Some(Sites::Variant),
        ),
        (
            format!("SELECT count(*) FILTER (WHERE v.alt = 'T') {carriers}"),
            Some(Sites::Variant),
        ),
        (
            "SELECT count(*) FROM genotypes g JOIN (SELECT variant_id FROM variants WHERE pos = 5) v \
             ON g.variant_id = v.variant_id WHERE g.dosage >= 1"
                .to_owned(),
            Some(Sites::Variant),
        ),
        (
            format!("SELECT count(*) FROM (SELECT DISTINCT g.individual_id {carriers} AND v.ref = 'C') t"),
            Some(Sites::Variant),
        ),
        (
            format!("SELECT avg(n) FROM (SELECT g.individual_id, count(*) FILTER (WHERE v.pos = 7674220) AS n {carriers} GROUP BY g.individual_id) t"),
            Some(Sites::Variant),
        ),
        (
            format!("SELECT avg(n) FROM (SELECT g.individual_id, count(*) FILTER (WHERE v.gene = 'KRAS') AS n {carriers} GROUP BY g.individual_id) t"),
            Some(Sites::Gene),
        ),
    ] {
        assert_eq!(phase(&dataset, &sql).await.cut.sites, sites, "{sql}");
    }
}

#[tokio::test]
async fn the_same_measure_is_one_figure() {
    let dataset = Dataset::new();
    let sql = "SELECT sum(age), sum(age) + 1 AS more, avg(age * 2), avg(age * 3), sum(age) FILTER (WHERE smoker) FROM individuals";
    let prepared = run::prepare(sql, dataset.snapshot.catalogue())
        .await
        .unwrap();
    let kinds: Vec<_> = prepared
        .planned
        .columns
        .iter()
        .map(|column| column.kind.as_str())
        .collect();
    assert_eq!(kinds, ["figure", "derived", "derived", "derived", "figure"]);
    let shape = &prepared.planned.shapes[0];
    let sums = shape
        .measures
        .iter()
        .filter(|m| m.kind == MeasureKind::IntegerSum);
    assert_eq!(sums.count(), 2);
    assert!(shape.measures.len() <= 4, "{shape:?}");
}

#[tokio::test]
async fn genotypes_are_read_of_the_variants_that_a_join_leaves() {
    let dataset = Dataset::new();
    let everybody = Arc::new(dataset.snapshot.individuals().unwrap());
    let of = |gene: &str| {
        format!(
            "SELECT g.individual_id FROM genotypes g JOIN variants v ON g.variant_id = v.variant_id \
             WHERE g.dosage >= 1 AND v.gene = '{gene}' GROUP BY g.individual_id"
        )
    };
    for (sql, narrowed) in [
        (
            "SELECT i.sex, v.gene, count(*) FROM individuals i JOIN genotypes g ON i.individual_id = g.individual_id \
             JOIN variants v ON g.variant_id = v.variant_id WHERE g.dosage >= 1 AND v.gene = 'KRAS' \
             AND i.age > 50 GROUP BY 1, 2"
                .to_owned(),
            [(0, 0), (1, 1)],
        ),
        (
            format!(
                "WITH a AS ({}), b AS ({}) SELECT count(*) FROM a JOIN b ON a.individual_id = b.individual_id",
                of("TP53"),
                of("KRAS")
            ),
            [(2, 2), (0, 0)],
        ),
        (
            "SELECT sum(dosage) FROM genotypes WHERE dosage >= 1".to_owned(),
            [(0, 0), (0, 1)],
        ),
    ] {
        let prepared = run::prepare(&sql, dataset.snapshot.catalogue()).await.unwrap();
        let cut = &prepared.cuts()[0];
        let units = run::narrowings(&cut.units, &dataset.snapshot, &everybody);
        let units = units.await.unwrap();
        let rows = match &cut.rows {
            Some(rows) => run::narrowings(rows, &dataset.snapshot, &everybody).await.unwrap(),
            None => (0, 0),
        };
        assert_eq!([units, rows], narrowed, "{sql}");
    }
}
