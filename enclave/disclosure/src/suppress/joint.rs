//! What figures tell of each other across the tables of a query, and across the
//! figures of a group.
//!
//! Tables do not say which of their groups lie inside which of another's: sets
//! of individuals do. So margins, bins of bins and totals are one case.

mod relate;

use roaring::RoaringBitmap;

use super::{
    judge::{Judged, enough},
    layer::Layer,
    line::union,
};
use crate::Measure;

/// A figure's place: its layer's and its cell's position.
type Place = (usize, usize);

/// A figure, and those of a table or of a group whose individuals are among its own.
pub(super) struct Relation {
    whole: Place,
    parts: Vec<Place>,
    /// Where the parts are from.
    source: Source,
    /// Whether the figure's table is a margin of the parts' one. Then the lines
    /// there see to it that it singles nothing out.
    margin: bool,
}

/// Figures that may add up to another.
#[derive(Clone, Copy)]
enum Source {
    /// All groups of one statistic.
    Layer(usize),
    /// The statistics of one group: conditions of theirs may share it out.
    Group { table: usize, cell: usize },
}

impl Relation {
    /// The parts to suppress, because shown ones would tell a suppressed figure.
    pub(super) fn exposing(&self, layers: &[Layer<'_>]) -> Vec<Place> {
        let Some(whole) = at(layers, self.whole) else {
            return Vec::new();
        };
        let mut shown: Vec<(u64, Place, &Judged<'_>)> = self
            .parts
            .iter()
            .filter(|place| !is_hidden(layers, **place))
            .filter_map(|place| Some((*place, at(layers, *place)?)))
            .map(|(place, figure)| (figure.set().len(), place, figure))
            .collect();
        shown.sort_by_key(|(individuals, place, _)| (*individuals, *place));
        if is_hidden(layers, self.whole) {
            self.of_suppressed(layers, whole, &shown)
        } else {
            shown.retain(|(_, _, part)| !self.is_another_whole(layers, whole, part));
            self.of_shown(layers, whole, &shown)
        }
    }

    /// A suppressed figure that shown ones are, or add up to, but for few
    /// individuals: the ones that are it go, or the two smallest.
    fn of_suppressed(
        &self,
        layers: &[Layer<'_>],
        whole: &Judged<'_>,
        shown: &[(u64, Place, &Judged<'_>)],
    ) -> Vec<Place> {
        let alike: Vec<Place> = shown
            .iter()
            .filter(|(_, _, part)| !self.is_enough(layers, &(whole.set() - part.set())))
            .filter(|(_, _, part)| self.is_nearly(layers, part.totals.magnitude, whole))
            .map(|(_, place, _)| *place)
            .collect();
        if !alike.is_empty() {
            return alike;
        }
        let overlap_matters = matches!(self.source, Source::Layer(_));
        if shown.is_empty() || (overlap_matters && self.overlap(layers, whole, shown)) {
            return Vec::new();
        }
        let rest = whole.set() - union(shown.iter().map(|(_, _, part)| part.set()));
        let amounts = shown.iter().map(|(_, _, part)| part.totals.magnitude);
        if self.is_enough(layers, &rest) || !self.is_nearly(layers, amounts.sum(), whole) {
            return Vec::new();
        }
        shown.iter().take(2).map(|(_, place, _)| *place).collect()
    }

    /// Shown figures inside a shown one that leave few individuals, where a
    /// suppressed figure may be those, or one large suppressed figure: the
    /// smallest goes. A suppressed group of nobody is taken to be inside, for
    /// it could be anywhere.
    fn of_shown(
        &self,
        layers: &[Layer<'_>],
        whole: &Judged<'_>,
        shown: &[(u64, Place, &Judged<'_>)],
    ) -> Vec<Place> {
        if self.margin || shown.is_empty() || self.overlap(layers, whole, shown) {
            return Vec::new();
        }
        let rest = whole.set() - union(shown.iter().map(|(_, _, part)| part.set()));
        let few_left = !self.is_enough(layers, &rest) && self.has_few(layers);
        let singled_out = || {
            self.parts
                .iter()
                .filter(|place| is_hidden(layers, **place))
                .filter_map(|place| at(layers, *place))
                .filter(|part| part.is_withheld_though_large())
                .any(|part| !self.is_enough(layers, &(&rest - part.set())))
        };
        if few_left || singled_out() {
            shown.iter().take(1).map(|(_, place, _)| *place).collect()
        } else {
            Vec::new()
        }
    }

    /// Whether a shown figure over all of another's individuals is no part of
    /// it: the same figure again or, of sums, perhaps another column's.
    fn is_another_whole(
        &self,
        layers: &[Layer<'_>],
        whole: &Judged<'_>,
        part: &Judged<'_>,
    ) -> bool {
        let counts = layers.get(self.whole.0).is_some_and(|layer| {
            matches!(
                layer.statistic.measure,
                Measure::Individuals | Measure::Count
            )
        });
        part.set() == whole.set() && (!counts || part.totals.count == whole.totals.count)
    }

    /// Whether parts share so many individuals that they do not add up.
    fn overlap(
        &self,
        layers: &[Layer<'_>],
        whole: &Judged<'_>,
        parts: &[(u64, Place, &Judged<'_>)],
    ) -> bool {
        let (mut seen, mut shared) = (RoaringBitmap::new(), RoaringBitmap::new());
        for (_, _, part) in parts {
            shared |= &seen & part.set();
            seen |= part.set();
        }
        let of_individuals = layers
            .get(self.whole.0)
            .is_some_and(|layer| layer.statistic.measure == Measure::Individuals);
        let counts = parts.iter().map(|(_, _, part)| part.totals.count);
        let rows = counts.fold(0, u64::saturating_add);
        self.is_enough(layers, &shared) && (of_individuals || rows > whole.totals.count)
    }

    /// Whether a figure of the source is suppressed as one of few individuals.
    fn has_few(&self, layers: &[Layer<'_>]) -> bool {
        let few = |layer: &Layer<'_>, cell: usize| {
            layer.figures.get(cell).is_some_and(|figure| !figure.enough)
        };
        match self.source {
            Source::Layer(at) => layers.get(at).is_some_and(|layer| {
                layer.has_data_dimension() || (0..layer.figures.len()).any(|cell| few(layer, cell))
            }),
            Source::Group { table, cell } => {
                let whole = layers.get(self.whole.0);
                let mut group = layers.iter().filter(|layer| layer.table_index == table);
                group.any(|layer| {
                    whole.is_some_and(|whole| relate::are_comparable(whole, layer))
                        && few(layer, cell)
                })
            }
        }
    }

    /// Whether an amount is a figure's but for less than the p % rule asks for.
    fn is_nearly(&self, layers: &[Layer<'_>], amount: f64, whole: &Judged<'_>) -> bool {
        let profile = layers.get(self.whole.0).map(|layer| layer.judge.profile);
        let percent = profile.map_or(100, |profile| profile.dominance_rest_percent);
        let missing = whole.totals.magnitude * f64::from(percent) / 100.0;
        amount >= whole.totals.magnitude - missing
    }

    /// Enough under the profiles of all tables that take part.
    fn is_enough(&self, layers: &[Layer<'_>], set: &RoaringBitmap) -> bool {
        let places = self.parts.iter().take(1).chain([&self.whole]);
        let judges = places.filter_map(|place| Some(layers.get(place.0)?.judge));
        let strictest = judges.max_by_key(|judge| judge.profile.threshold);
        strictest.is_some_and(|judge| enough(set, judge.profile.threshold, judge.noise))
    }
}

fn at<'a, 'b>(layers: &'b [Layer<'a>], (layer, cell): Place) -> Option<&'b Judged<'a>> {
    layers.get(layer)?.figures.get(cell)
}

fn is_hidden(layers: &[Layer<'_>], (layer, cell): Place) -> bool {
    layers
        .get(layer)
        .is_none_or(|layer| layer.hidden.contains(&cell))
}

#[cfg(test)]
#[path = "joint/tests.rs"]
mod tests;
