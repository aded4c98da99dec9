//! Visits at the same time, of which one ends before it wrote what it remembered.

#![expect(clippy::unwrap_used, reason = "tests")]

use sekisho_disclosure::{Amount, Contribution, Statistic as Of};
use zeroize::Zeroizing;

use super::*;

const DATASET: &str = "demo";

fn ledger(dir: &std::path::Path) -> Arc<Ledger> {
    let ledger = Ledger::open(sekisho_ledger::Config {
        dir: dir.to_owned(),
        origin: "sekisho/test".to_owned(),
        signing_seed: Zeroizing::new([1; 32]),
        sealing_key: Zeroizing::new([2; 32]),
    });
    Arc::new(ledger.unwrap())
}

/// The rows of a hundred people, of whom each has so many.
fn table(noise: &Noise, rows: u64) -> CellTable {
    let statistic = Of {
        measure: Measure::Count,
        bounds: None,
    };
    let mut table = CellTable::new(vec![], vec![statistic]);
    let of_each = Contribution {
        count: rows,
        amount: Amount::Integer(rows.into()),
        square: 0.0,
    };
    for unit in 0..100 {
        table.add(noise, unit, vec![], &[of_each]).unwrap();
    }
    table
}

#[test]
fn a_figure_that_another_visit_left_unwritten_is_written_by_who_settles_to_it() {
    let dir = tempfile::tempdir().unwrap();
    let (noise, permitted) = (Noise::new([3; 32], 1_000), (0..1_000).collect());
    let asked = Asked {
        noise: &noise,
        threshold: 10,
        permitted: &permitted,
    };
    let written = || -> usize {
        let ledger = ledger(dir.path());
        let anchors = ledger.anchors(DATASET).unwrap();
        let of = |head: &sekisho_ledger::AnchorHead| ledger.statistics(head.id).unwrap().len();
        anchors.iter().map(of).sum()
    };
    let anchors = Anchors::open(ledger(dir.path()), DATASET).unwrap();
    let mut first = table(&noise, 1);
    for (_, cell) in first.cells_mut() {
        let mut held = anchors.held();
        let figure = cell.figures.first_mut().unwrap();
        held.settle(&anchors, asked, Measure::Count, figure)
            .unwrap();
    }
    // It ended here; the second asks the same.
    anchors.settle(asked, &mut table(&noise, 1)).unwrap();
    drop(anchors);
    assert_eq!(written(), 1);
}
