//! The commands about snapshots.

use std::{
    io::IsTerminal as _,
    path::Path,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};
use sekisho_tables::{IngestReport, Progress, Quiet, Store};

use crate::report;

/// Ingests a dataset's directory and prints what was found.
pub(crate) fn run(dataset: &Path, store: &Path) -> anyhow::Result<()> {
    let store = Store::open(store)?;
    let ingested = if std::io::stderr().is_terminal() {
        let bar = Bar::default();
        let ingested = sekisho_tables::ingest(dataset, &store, &bar);
        bar.end();
        ingested
    } else {
        sekisho_tables::ingest(dataset, &store, &Quiet)
    };
    let ingested =
        ingested.with_context(|| format!("nothing was published from `{}`", dataset.display()))?;
    let made = if ingested.new {
        "published"
    } else {
        "unchanged"
    };
    report::line(&format!("{made} {}", ingested.snapshot));
    describe(&ingested.report);
    Ok(())
}

/// Lists a store's snapshots.
pub(crate) fn list(store: &Path) -> anyhow::Result<()> {
    let store = Store::open(store)?;
    for dataset in store.datasets()? {
        let current = store.current(&dataset)?;
        for snapshot in store.snapshots(&dataset)? {
            let mark = if snapshot == current.id() {
                " current"
            } else {
                ""
            };
            report::line(&format!("{dataset} {snapshot}{mark}"));
        }
    }
    Ok(())
}

fn describe(found: &IngestReport) {
    report::line(&format!("  individuals  {}", found.individuals));
    report::line(&format!("  samples      {}", found.samples));
    for (kind, count) in &found.variants {
        report::line(&format!("  variants     {count} {kind}"));
    }
    if found.transversions > 0 {
        let ratio = found.transitions as f64 / found.transversions as f64;
        report::line(&format!("  Ti/Tv        {ratio:.2}"));
    }
    if found.genotypes > 0 {
        let missing = found.missing_genotypes as f64 * 100.0 / found.genotypes as f64;
        report::line(&format!("  missing      {missing:.3} % of genotypes"));
    }
    for (table, rows) in &found.rows {
        report::line(&format!("  rows         {rows} {table}"));
    }
    for (sort, count) in &found.warnings {
        report::line(&format!("  warning      {count} × {sort}"));
    }
}

/// A progress bar on the terminal, one phase at a time.
#[derive(Default)]
struct Bar(Mutex<Option<(&'static str, ProgressBar)>>);

impl Bar {
    fn end(&self) {
        if let Some((_, bar)) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Bar {
    fn at(&self, phase: &'static str, done: u64, total: Option<u64>) {
        let mut current = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same = current.as_ref().is_some_and(|(drawn, _)| *drawn == phase);
        if !same {
            if let Some((_, bar)) = current.take() {
                bar.finish_and_clear();
            }
            let template = match total {
                Some(_) => "{prefix:>12} {bar:40} {percent:>3} % {elapsed}",
                None => "{prefix:>12} {spinner} {human_pos} {elapsed}",
            };
            let style = ProgressStyle::with_template(template)
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            let bar = total
                .map_or_else(ProgressBar::new_spinner, ProgressBar::new)
                .with_style(style);
            bar.set_prefix(phase);
            bar.enable_steady_tick(Duration::from_millis(200));
            *current = Some((phase, bar));
        }
        if let Some((_, bar)) = current.as_ref() {
            bar.set_position(done);
        }
    }
}
