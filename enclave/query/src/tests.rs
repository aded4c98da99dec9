//! Queries over a small dataset: what is answered and what is refused.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod accepted;
mod dataset;
mod engine;
mod exact;
mod expressions;
mod foe;
mod fuzz;
mod operator;
mod plans;
mod refused;

use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use sekisho_disclosure::{Noise, Profile, protect};

use crate::{
    Refusal, as_is,
    cells::{self, Cells, Finished, Units},
    cut::Cut,
    run::{self, Prepared},
};
use dataset::Dataset;

/// The `standard` profile.
fn standard() -> Profile {
    Profile::from_toml(include_str!(
        "../../../policies/consortium/profiles/standard.toml"
    ))
    .unwrap()
}

/// The randomness of the tests' dataset.
fn noise() -> Noise {
    Noise::new([1; 32], 200)
}

/// The private phase of a cut, on a ledger that remembers nothing.
async fn collected(dataset: &Dataset, prepared: &Prepared, cut: &Cut) -> Cells {
    let everybody = Arc::new(dataset.snapshot.individuals().unwrap());
    let units = prepared.units(cut, &dataset.snapshot, &everybody);
    let units = units.await.unwrap();
    let units = Units::read(&cut.shape, &units).unwrap();
    let strata = units.strata(units.cohort());
    let rows = if cut.shape.many {
        let of = Arc::new(strata.everybody());
        Some(prepared.rows(cut, &dataset.snapshot, &of).await.unwrap())
    } else {
        None
    };
    let (rows, profile) = (rows.as_deref(), standard());
    cells::collect(&cut.shape, &units, &strata, rows, &noise(), &profile).unwrap()
}

/// Both phases of a query, in this process.
async fn answer(dataset: &Dataset, sql: &str) -> Result<RecordBatch, Refusal> {
    let mut prepared = run::prepare(sql, dataset.snapshot.catalogue()).await?;
    // As a worker does while it waits.
    prepared.expect_units().unwrap();
    prepared.expect_rows().unwrap();
    let (mut tables, mut kept) = (Vec::new(), Vec::new());
    for cut in prepared.cuts() {
        let Cells { table, keys } = collected(dataset, &prepared, cut).await;
        tables.push((table, standard()));
        kept.push((cut.shape.clone(), keys));
    }
    let protected = protect(&tables, &noise()).unwrap();
    let finished: Vec<Finished> = (kept.into_iter().zip(protected))
        .map(|((shape, keys), protected)| Finished {
            shape,
            keys,
            protected,
        })
        .collect();
    let as_is = as_is::result(&prepared.planned, &finished).unwrap();
    let tables = (finished.iter())
        .map(|of| cells::table(&of.shape, &of.keys, &of.protected).unwrap())
        .collect();
    let batches = prepared.released(tables, None).await.unwrap();
    let batch = arrow::compute::concat_batches(&batches[0].schema(), &batches).unwrap();
    // What needs no engine is the same as what the engine gives.
    if let Some(as_is) = as_is {
        assert_eq!(as_is, batch, "{sql}");
    }
    Ok(batch)
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
