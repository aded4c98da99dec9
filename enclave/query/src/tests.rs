//! Queries over a small dataset: what is answered and what is refused.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod accepted;
mod dataset;
mod fuzz;
mod refused;

use arrow::record_batch::RecordBatch;
use sekisho_disclosure::{Profile, protect};

use crate::{Refusal, cells, run};
use dataset::Dataset;

/// The `standard` profile.
fn standard() -> Profile {
    Profile::from_toml(include_str!(
        "../../../policies/consortium/profiles/standard.toml"
    ))
    .unwrap()
}

/// Both phases of a query, in this process.
async fn answer(dataset: &Dataset, sql: &str) -> Result<RecordBatch, Refusal> {
    let prepared = run::prepare(sql, dataset.snapshot.catalogue()).await?;
    let cohort = std::sync::Arc::new(dataset.snapshot.individuals().unwrap());
    let mut tables = Vec::new();
    for cut in prepared.cuts() {
        let rows = run::private(cut, &dataset.snapshot, &cohort).await.unwrap();
        let cells = cells::collect(&cut.shape, &rows).unwrap();
        tables.push(cells::table(&cut.shape, &protect(&cells, &standard())).unwrap());
    }
    let batches = prepared.released(tables).await.unwrap();
    Ok(arrow::compute::concat_batches(&batches[0].schema(), &batches).unwrap())
}

/// A result as text, a line a row.
fn lines(batch: &RecordBatch) -> Vec<String> {
    let options = arrow::util::display::FormatOptions::default().with_null("-");
    let columns: Vec<_> = batch
        .columns()
        .iter()
        .map(|column| arrow::util::display::ArrayFormatter::try_new(column, &options).unwrap())
        .collect();
    (0..batch.num_rows())
        .map(|row| {
            columns
                .iter()
                .map(|column| column.value(row).to_string())
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect()
}

async fn shown(dataset: &Dataset, sql: &str) -> Vec<String> {
    match answer(dataset, sql).await {
        Ok(batch) => lines(&batch),
        Err(refusal) => panic!("{sql}\n{refusal:?}"),
    }
}
