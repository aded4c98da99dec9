//! The `suppress` mechanism: threshold, dominance, complementary suppression, rounding.
//!
//! Sources: threshold and dominance as in ACRO's and OpenSAFELY's output rules; primary and complementary suppression as in the
//! statistical offices' handbooks on disclosure control; the noise on the threshold as in Diffix.

mod joint;
mod judge;
pub(crate) use judge::{enough, enough_of};
mod layer;
mod line;
mod release;

use crate::{
    CellTable, Dimension, Noise, Profile, ProtectError, Protected, ProtectedRow,
    cell::{Measure, Statistic},
};
use joint::Relation;
use judge::Judge;
use layer::Layer;

/// Protects the tables of a query together: what may be shown is rounded, the
/// rest is suppressed.
///
/// # Postcondition
///
/// *Enough* individuals are `threshold` or more, and a little noise on top that
/// is drawn from the dataset's key and the set of individuals.
///
/// Every figure shown describes enough individuals, as many have added something
/// but 0 to a sum, mean or variance, and no one or two of them dominate it. Within a table, as far as there are figures left to suppress:
///
/// - the suppressed figures of a line along one dimension are none or at least
///   two; those of the whole table, and of a line along a dimension that only
///   the data know, describe enough individuals together;
/// - a suppressed figure of enough individuals stands never alone: the other
///   suppressed ones of its lines are of enough individuals too;
/// - an empty declared group is suppressed as one with few individuals is: else
///   the pattern would tell nobody from somebody. For the same reason one
///   suppressed group of nobody is taken to stand in every line along a
///   dimension that only the data know;
/// - unless the profile allows full cells, the others of the line of a shown
///   figure have enough individuals: else all would be known to be in its group.
///
/// Across the tables, and across the figures of a group: a suppressed figure is
/// not the sum of shown ones but for a part with enough individuals, and shown
/// figures do not single out a suppressed one inside another shown one.
///
/// A group that is suppressed shows none of its figures. Rows without a value in
/// a dimension are no declared group: they appear only when their group may be
/// shown, and as long as they are few they change nothing for the other groups.
/// Suppressed groups of a dimension that only the data know do not appear.
///
/// Cost: for each measure, lines × cells set unions in the worst case, and for
/// each two tables a comparison of each figure with each.
///
/// # Errors
///
/// When there are too many figures to compare tables with one another.
pub(crate) fn protect_all(
    tables: &[(&CellTable, &Profile)],
    noise: &Noise,
) -> Result<Vec<Protected>, ProtectError> {
    let mut groups = Vec::new();
    let mut layers = Vec::new();
    for (index, (table, profile)) in tables.iter().enumerate() {
        let judge = Judge { profile, noise };
        let of_table = group_layer(index, table, judge);
        for (at, statistic) in table.statistics().iter().enumerate() {
            let figures = table.cells().values();
            let figures = figures.filter_map(|cell| cell.figures.get(at));
            let layer = Layer::new(index, table, *statistic, figures, Some(&of_table), judge);
            layers.push(layer);
        }
        groups.push(of_table.hidden);
    }
    let relations = Relation::all(&layers)?;
    loop {
        for layer in &mut layers {
            layer.complete();
        }
        let mut changed = false;
        for relation in &relations {
            for (layer, cell) in relation.exposing(&layers) {
                if let Some(layer) = layers.get_mut(layer) {
                    changed |= layer.hidden.insert(cell);
                }
            }
        }
        if !changed {
            break;
        }
    }
    let shown = tables.iter().zip(&groups).enumerate();
    Ok(shown
        .map(|(index, ((table, profile), groups))| {
            let layers: Vec<&Layer<'_>> = layers
                .iter()
                .filter(|layer| layer.table_index == index)
                .collect();
            Protected::new(rows(table, groups, &layers, profile), (*profile).clone())
        })
        .collect())
}

/// The positions of cells, in the order of their keys.
type Hidden = std::collections::BTreeSet<usize>;

/// The groups themselves, by everybody who has a row in them: one that is
/// suppressed shows nothing at all.
fn group_layer<'a>(index: usize, table: &'a CellTable, judge: Judge<'a>) -> Layer<'a> {
    let individuals = Statistic {
        measure: Measure::Individuals,
        bounds: None,
    };
    let figures = table.cells().values().map(|cell| &cell.group);
    let mut layer = Layer::new(index, table, individuals, figures, None, judge);
    layer.complete();
    layer
}

fn rows(
    table: &CellTable,
    groups: &Hidden,
    layers: &[&Layer<'_>],
    profile: &Profile,
) -> Vec<ProtectedRow> {
    let declared = !table.dimensions().contains(&Dimension::Data);
    table
        .cells()
        .iter()
        .enumerate()
        .filter(|(cell, (key, _))| {
            !groups.contains(cell) || (declared && key.iter().all(Option::is_some))
        })
        .map(|(cell, (key, _))| ProtectedRow {
            key: key.clone(),
            values: layers
                .iter()
                .map(|layer| {
                    let figure = layer.shown(cell)?;
                    release::released(layer.statistic.measure, figure, profile)
                })
                .collect(),
        })
        .collect()
}

#[cfg(test)]
mod postcondition;
#[cfg(test)]
#[path = "suppress/tests.rs"]
pub(crate) mod tests;
