//! Lines of a table: cells over which a total may be known from elsewhere.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;

use super::{
    Hidden,
    judge::{Judge, Judged},
};
use crate::{CellTable, Dimension, Key};

/// Cells that differ in one dimension only, or all of a table.
pub(super) struct Line {
    /// Positions in the order of the table's cells.
    cells: Vec<usize>,
    /// Suppressed groups of nobody that have no cell: declared values beside
    /// values that only the data know, and the one that is taken to stand in
    /// every line along a dimension of the data.
    absent: usize,
    /// Whether its suppressed cells must be of enough individuals together.
    massive: bool,
}

impl Line {
    /// The lines of a table. Rows without a value take part when they are enough
    /// to be shown; when they are few, nothing may tell that they are there.
    pub(super) fn all(table: &CellTable, primary: &Hidden) -> Vec<Self> {
        let dimensions = table.dimensions();
        let taking_part: Vec<(usize, &Key)> = (0..)
            .zip(table.cells().keys())
            .filter(|(cell, key)| key.iter().all(Option::is_some) || !primary.contains(cell))
            .collect();
        let whole = Self {
            cells: taking_part.iter().map(|(cell, _)| *cell).collect(),
            absent: usize::from(dimensions.contains(&Dimension::Data)),
            massive: true,
        };
        let along = dimensions
            .iter()
            .enumerate()
            // Along the only one it is the whole once more.
            .filter(|_| dimensions.len() > 1)
            .flat_map(|(at, dimension)| along(at, *dimension, &taking_part));
        along.chain([whole]).collect()
    }

    /// The next cell to suppress, if suppressed ones could be told from a total.
    pub(super) fn complement(
        &self,
        figures: &[Judged<'_>],
        hidden: &Hidden,
        judge: Judge<'_>,
    ) -> Option<usize> {
        let (gone, shown): (Vec<usize>, Vec<usize>) =
            self.cells.iter().partition(|cell| hidden.contains(cell));
        let gone: Vec<&Judged<'_>> = gone.iter().filter_map(|cell| figures.get(*cell)).collect();
        let count = gone.len() + self.absent;
        if count == 0 || (count >= 2 && self.hides(&gone, judge)) {
            return None;
        }
        shown
            .into_iter()
            .min_by_key(|cell| (figures.get(*cell).map(|figure| figure.set().len()), *cell))
    }

    /// Whether the suppressed figures hide each other.
    fn hides(&self, gone: &[&Judged<'_>], judge: Judge<'_>) -> bool {
        let enough_without = |left_out: Option<usize>| {
            let others = gone.iter().enumerate();
            let others = others.filter(|(at, _)| Some(*at) != left_out);
            judge.enough(&union(others.map(|(_, figure)| figure.set())))
        };
        (!self.massive || enough_without(None))
            && gone
                .iter()
                .enumerate()
                .all(|(at, figure)| !figure.is_withheld_though_large() || enough_without(Some(at)))
    }

    /// The cell that holds all of the line, but for fewer individuals than are
    /// enough. That can only be the largest.
    pub(super) fn full(&self, figures: &[Judged<'_>], judge: Judge<'_>) -> Option<usize> {
        // Of two, the other's complement would be the same.
        if self.cells.len() + self.absent < 2 {
            return None;
        }
        let of_line = || {
            let cells = self.cells.iter();
            cells.filter_map(|cell| Some((*cell, figures.get(*cell)?)))
        };
        let (largest, _) = of_line().max_by_key(|(_, figure)| figure.set().len())?;
        let others = of_line().filter(|(cell, _)| *cell != largest);
        (!judge.enough(&union(others.map(|(_, figure)| figure.set())))).then_some(largest)
    }
}

/// The lines along one dimension.
fn along(at: usize, dimension: Dimension, cells: &[(usize, &Key)]) -> Vec<Line> {
    let mut lines: BTreeMap<Key, Vec<(usize, bool)>> = BTreeMap::new();
    for (cell, key) in cells {
        let mut others = (*key).clone();
        let value = others.remove(at);
        let line = lines.entry(others).or_default();
        line.push((*cell, value.is_some()));
    }
    lines
        .into_iter()
        .map(|(others, cells)| {
            let present = cells.iter().filter(|(_, has_value)| *has_value).count();
            let absent = match dimension {
                Dimension::Data => 1,
                // Beside rows without a value no group is declared.
                Dimension::Declared(_) if others.contains(&None) => 0,
                Dimension::Declared(size) => (size as usize).saturating_sub(present),
            };
            Line {
                cells: cells.into_iter().map(|(cell, _)| cell).collect(),
                absent,
                massive: dimension == Dimension::Data,
            }
        })
        .collect()
}

/// Everybody in any of the sets.
pub(super) fn union<'a>(sets: impl Iterator<Item = &'a RoaringBitmap>) -> RoaringBitmap {
    sets.fold(RoaringBitmap::new(), |mut all, set| {
        all |= set;
        all
    })
}

#[cfg(test)]
#[path = "line/tests.rs"]
mod tests;
