//! What is made of counts that are shown, and of those that are not.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::{
    CellTable, Contribution, Measure, protect,
    suppress::tests::{noise, standard, statistic},
};

/// One row whose figures are of so many individuals each.
fn row(figures: &[u32]) -> Protected {
    let statistics = figures.iter().map(|_| statistic(Measure::Individuals));
    let mut cells = CellTable::new(Vec::new(), statistics.collect());
    for unit in 0..figures.iter().copied().max().unwrap() {
        let of = figures.iter().map(|n| match unit < *n {
            true => Contribution::ROW,
            false => Contribution::NONE,
        });
        let of: Vec<_> = of.collect();
        cells.add(noise(), unit, Vec::new(), &of).unwrap();
    }
    protect(&[(cells, standard())], noise()).unwrap().remove(0)
}

fn column(sheet: &Sheet, name: &str) -> Vec<Entry> {
    let at = sheet.columns().iter().position(|of| of.name == name);
    sheet
        .rows()
        .iter()
        .map(|row| row[at.unwrap()].clone())
        .collect()
}

#[test]
fn a_funnel_says_who_is_left_and_derives_from_what_is_shown() {
    let criteria = ["everybody", "adults", "rare", "rarer"].map(str::to_owned);
    let sheet = funnel(&criteria, &row(&[400, 200, 4, 2]));
    let (shown, hidden) = (Entry::Integer, Entry::Nothing);
    assert_eq!(
        column(&sheet, "individuals"),
        [shown(400), shown(200), hidden.clone(), hidden.clone()]
    );
    assert_eq!(
        column(&sheet, "excluded"),
        [hidden.clone(), shown(200), hidden.clone(), hidden.clone()]
    );
    assert_eq!(
        column(&sheet, "share"),
        [
            Entry::Fraction(1.0),
            Entry::Fraction(0.5),
            hidden.clone(),
            hidden
        ]
    );
    assert_eq!((sheet.released(), sheet.suppressed()), (2, 2));
}

#[test]
fn genes_are_compared_pair_by_pair() {
    assert_eq!(pairs_of(3).collect::<Vec<_>>(), [(0, 1), (0, 2), (1, 2)]);
    let genes = ["A", "B"].map(str::to_owned);
    let sheet = pairs(&genes, &row(&[400, 100, 100, 50]));
    assert_eq!(column(&sheet, "both"), [Entry::Integer(50)]);
    // 50 · 250 / (50 · 50)
    assert_eq!(column(&sheet, "odds_ratio"), [Entry::Fraction(5.0)]);
    let hidden = pairs(&genes, &row(&[400, 100, 100, 3]));
    assert_eq!(column(&hidden, "both"), [Entry::Nothing]);
    assert_eq!(column(&hidden, "odds_ratio"), [Entry::Nothing]);
    assert_eq!(column(&hidden, "p"), [Entry::Nothing]);
}

#[test]
fn what_rounding_makes_impossible_has_no_ratio() {
    assert_eq!(table(Some(100), Some(50), Some(50), Some(55)), None);
    assert_eq!(table(Some(100), None, Some(50), Some(5)), None);
    assert_eq!(
        table(Some(100), Some(50), Some(40), Some(20)),
        Some([[20, 30], [20, 30]])
    );
}
