//! One statistic of a table over all its groups.

use super::{
    Hidden,
    judge::{Judge, Judged},
    line::Line,
};
use crate::{CellTable, Dimension, Figure, Statistic};

/// A statistic's figures, and which of them are suppressed.
pub(super) struct Layer<'a> {
    /// The table's position in the query.
    pub(super) table_index: usize,
    pub(super) table: &'a CellTable,
    pub(super) statistic: Statistic,
    pub(super) judge: Judge<'a>,
    /// In the order of the table's cells.
    pub(super) figures: Vec<Judged<'a>>,
    pub(super) hidden: Hidden,
    /// The figures that are suppressed for their own sake.
    primary: Hidden,
    lines: Vec<Line>,
}

impl<'a> Layer<'a> {
    /// Primary suppression: by threshold, dominance, a group that is
    /// suppressed, and as a full cell.
    pub(super) fn new(
        table_index: usize,
        table: &'a CellTable,
        statistic: Statistic,
        figures: impl Iterator<Item = &'a Figure>,
        groups: Option<&Layer<'a>>,
        judge: Judge<'a>,
    ) -> Self {
        let figures: Vec<Judged<'a>> = figures
            .map(|figure| judge.judge(figure, statistic.measure))
            .collect();
        let mut primary: Hidden = (0..)
            .zip(&figures)
            .filter(|(_, figure)| !figure.stands)
            .map(|(cell, _)| cell)
            .collect();
        primary.extend(groups.iter().flat_map(|groups| &groups.primary));
        let mut hidden = primary.clone();
        hidden.extend(groups.iter().flat_map(|groups| &groups.hidden));
        let lines = Line::all(table, &primary);
        let mut layer = Self {
            table_index,
            table,
            statistic,
            judge,
            figures,
            hidden,
            primary,
            lines,
        };
        if !judge.profile.allow_full_cells {
            let full: Vec<usize> = layer
                .lines
                .iter()
                .filter_map(|line| line.full(&layer.figures, judge))
                .collect();
            layer.hidden.extend(full);
        }
        layer
    }

    /// Complementary suppression within the table, until nothing changes.
    pub(super) fn complete(&mut self) {
        loop {
            let further: Vec<usize> = self
                .lines
                .iter()
                .filter_map(|line| line.complement(&self.figures, &self.hidden, self.judge))
                .collect();
            if further.is_empty() {
                return;
            }
            self.hidden.extend(further);
        }
    }

    /// Whether groups may be suppressed that have no cell.
    pub(super) fn has_data_dimension(&self) -> bool {
        self.table.dimensions().contains(&Dimension::Data)
    }

    /// The figure of a cell, if it is shown.
    pub(super) fn shown(&self, cell: usize) -> Option<&Judged<'a>> {
        if self.hidden.contains(&cell) {
            return None;
        }
        self.figures.get(cell)
    }
}
