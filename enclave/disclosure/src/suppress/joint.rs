//! What figures tell of each other across the tables of a query, and across the
//! figures of a group.
//!
//! Tables do not say which of their groups lie inside which of another's: sets
//! of individuals do. So margins, bins of bins and totals are one case.

use std::collections::{BTreeMap, BTreeSet};

use roaring::RoaringBitmap;

use super::{
    judge::{Judged, enough},
    layer::Layer,
    line::union,
};
use crate::{CellTable, Key, Measure, Noise, ProtectError, SetKey};

/// How many pairs of figures are compared at most: of two tables of 5 000
/// figures, each with each.
const COMPARISONS: usize = 5_000 * 5_000;

/// Tables of more dimensions are not looked through for margins.
const DIMENSIONS: usize = 8;

/// How far sums of the same values may lie apart, as a share of them.
const ROUNDING: f64 = 1e-9;

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
    /// All relations between figures that could be shown or tell something.
    pub(super) fn all(layers: &[Layer<'_>]) -> Result<Vec<Self>, ProtectError> {
        let pairs: Vec<(usize, usize)> = (0..layers.len())
            .flat_map(|whole| (0..layers.len()).map(move |part| (whole, part)))
            .collect();
        let large: Vec<Vec<Candidate<'_>>> = (0..).zip(layers).map(large).collect();
        let of = |layer: usize| large.get(layer).map_or(&[][..], Vec::as_slice);
        let between_tables: Vec<(usize, usize)> = pairs
            .into_iter()
            .filter(
                |(whole, part)| match (layers.get(*whole), layers.get(*part)) {
                    (Some(whole), Some(part)) => {
                        whole.table_index != part.table_index && are_comparable(whole, part)
                    }
                    _ => false,
                },
            )
            .collect();
        let comparisons = between_tables
            .iter()
            .map(|(whole, part)| of(*whole).len().saturating_mul(of(*part).len()))
            .fold(0, usize::saturating_add);
        // Each pair of layers stands there twice.
        if comparisons / 2 > COMPARISONS {
            return Err(ProtectError::Unprotectable {
                mechanism: "suppress",
                reason: "its tables have too many groups to compare with one another; ask for them in queries of their own",
            });
        }
        let mut relations = Vec::new();
        let mut margins = BTreeMap::new();
        for (whole, part) in between_tables {
            let (Some(layer), Some(other)) = (layers.get(whole), layers.get(part)) else {
                continue;
            };
            let tables = (layer.table_index, other.table_index);
            let margin = *margins
                .entry(tables)
                .or_insert_with(|| is_margin(layer.table, other.table, layer.judge.noise));
            let source = Source::Layer(part);
            let figures = of(whole).iter();
            relations.extend(figures.filter_map(|whole| relate(whole, of(part), source, margin)));
        }
        relations.extend(within_groups(layers, &large));
        Ok(relations)
    }

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
            .filter(|(_, _, part)| is_nearly(part.totals.magnitude, whole))
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
        if self.is_enough(layers, &rest) || !is_nearly(amounts.sum(), whole) {
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
                    whole.is_some_and(|whole| are_comparable(whole, layer)) && few(layer, cell)
                })
            }
        }
    }

    /// Enough under the profiles of all tables that take part.
    fn is_enough(&self, layers: &[Layer<'_>], set: &RoaringBitmap) -> bool {
        let places = self.parts.iter().take(1).chain([&self.whole]);
        let judges = places.filter_map(|place| Some(layers.get(place.0)?.judge));
        let strictest = judges.max_by_key(|judge| judge.profile.threshold);
        strictest.is_some_and(|judge| enough(set, judge.profile.threshold, judge.noise))
    }
}

/// Whether an amount is a figure's up to what the p % rule asks for.
fn is_nearly(amount: f64, whole: &Judged<'_>) -> bool {
    amount >= 0.9 * whole.totals.magnitude
}

/// A figure that could be shown or tell something.
#[derive(Clone, Copy)]
struct Candidate<'a> {
    place: Place,
    figure: Judged<'a>,
    /// One of its individuals.
    member: u32,
    measure: Measure,
}

impl Candidate<'_> {
    /// Whether it counts rows, and somebody has several.
    fn has_more_rows(&self) -> bool {
        self.measure == Measure::Count && self.figure.totals.count > self.figure.set().len()
    }
}

/// The figures of a layer that reach the threshold, were there no noise on it.
fn large<'a>((at, layer): (usize, &Layer<'a>)) -> Vec<Candidate<'a>> {
    let threshold = u64::from(layer.judge.profile.threshold);
    (0..)
        .zip(&layer.figures)
        .filter(|(_, figure)| figure.set().len() >= threshold)
        .filter_map(|(cell, figure)| {
            Some(Candidate {
                place: (at, cell),
                figure: *figure,
                member: figure.set().min()?,
                measure: layer.statistic.measure,
            })
        })
        .collect()
}

/// Relations between the statistics of one group.
fn within_groups(layers: &[Layer<'_>], large: &[Vec<Candidate<'_>>]) -> Vec<Relation> {
    let mut groups: BTreeMap<(usize, usize), Vec<Candidate<'_>>> = BTreeMap::new();
    for candidate in large.iter().flatten() {
        if let Some(layer) = layers.get(candidate.place.0) {
            let group = (layer.table_index, candidate.place.1);
            groups.entry(group).or_default().push(*candidate);
        }
    }
    let mut relations = Vec::new();
    for ((table, cell), figures) in groups {
        for whole in &figures {
            let parts: Vec<Candidate<'_>> = figures
                .iter()
                .filter(|part| part.place != whole.place)
                .filter(
                    |part| match (layers.get(whole.place.0), layers.get(part.place.0)) {
                        (Some(whole), Some(part)) => are_comparable(whole, part),
                        _ => false,
                    },
                )
                .copied()
                .collect();
            let source = Source::Group { table, cell };
            relations.extend(relate(whole, &parts, source, false));
        }
    }
    relations
}

fn relate(
    whole: &Candidate<'_>,
    candidates: &[Candidate<'_>],
    source: Source,
    margin: bool,
) -> Option<Relation> {
    let parts: Vec<Place> = candidates
        .iter()
        .filter(|part| is_part(part, whole))
        .map(|part| part.place)
        .collect();
    (!parts.is_empty()).then_some(Relation {
        whole: whole.place,
        parts,
        source,
        margin,
    })
}

/// Whether a figure may be a part of another, or the same: by its individuals,
/// and by what it adds up to.
fn is_part(part: &Candidate<'_>, whole: &Candidate<'_>) -> bool {
    let (inner, outer) = (part.figure.set(), whole.figure.set());
    part.figure.totals.magnitude <= whole.figure.totals.magnitude * (1.0 + ROUNDING)
        && inner.len() <= outer.len()
        && outer.contains(part.member)
        && inner.is_subset(outer)
        // Rows add up to individuals only where everybody has one.
        && (part.measure == whole.measure || !(part.has_more_rows() || whole.has_more_rows()))
}

/// Whether figures of the one may add up to figures of the other.
fn are_comparable(a: &Layer<'_>, b: &Layer<'_>) -> bool {
    let class = |measure: Measure| match measure {
        Measure::Individuals | Measure::Count => 0,
        Measure::IntegerSum | Measure::Sum | Measure::IntegerMean | Measure::Mean => 1,
        Measure::Variance
        | Measure::VariancePopulation
        | Measure::Deviation
        | Measure::DeviationPopulation => 2,
    };
    class(a.statistic.measure) == class(b.statistic.measure)
        && a.statistic.bounds == b.statistic.bounds
}

/// Whether the groups of a table are what becomes of another's when some of its
/// dimensions are left out.
fn is_margin(table: &CellTable, of: &CellTable, noise: &Noise) -> bool {
    let dimensions = of.dimensions().len();
    if table.dimensions().len() > dimensions || dimensions > DIMENSIONS {
        return false;
    }
    let sets = table.cells().values().map(|cell| cell.group.set());
    let wanted = set_keys(sets, noise);
    (0_u32..1 << dimensions)
        .filter(|kept| kept.count_ones() as usize == table.dimensions().len())
        .any(|kept| {
            let mut sets: BTreeMap<Key, RoaringBitmap> = BTreeMap::new();
            for (key, cell) in of.cells() {
                let values = (0..).zip(key);
                let values = values.filter(|(at, _)| kept & (1 << at) != 0);
                let kept_key = values.map(|(_, value)| *value).collect();
                *sets.entry(kept_key).or_default() |= cell.group.set();
            }
            set_keys(sets.values(), noise) == wanted
        })
}

/// The keys of the sets that are not empty.
fn set_keys<'a>(sets: impl Iterator<Item = &'a RoaringBitmap>, noise: &Noise) -> BTreeSet<SetKey> {
    let sets = sets.filter(|set| !set.is_empty());
    sets.map(|set| noise.set(set)).collect()
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
