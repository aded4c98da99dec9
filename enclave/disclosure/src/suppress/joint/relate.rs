//! Which figures are among the individuals of which others.

use std::collections::{BTreeMap, BTreeSet};

use roaring::RoaringBitmap;

use super::{Place, Relation, Source};
use crate::{
    CellTable, Key, Measure, Noise, ProtectError, SetKey,
    suppress::{judge::Judged, layer::Layer},
};

/// How many pairs of figures are compared at most: of two tables of 5 000
/// figures, each with each.
const COMPARISONS: usize = 5_000 * 5_000;

/// Tables of more dimensions are not looked through for margins.
const DIMENSIONS: usize = 8;

/// How far sums of the same values may lie apart, as a share of them.
const ROUNDING: f64 = 1e-9;

impl Relation {
    /// All relations between figures that could be shown or tell something.
    pub(in crate::suppress) fn all(layers: &[Layer<'_>]) -> Result<Vec<Self>, ProtectError> {
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
        if are_too_many(comparisons) {
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
}

/// Whether comparisons are too many, of which each pair of layers takes its own twice.
pub(super) fn are_too_many(comparisons: usize) -> bool {
    comparisons / 2 > COMPARISONS
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
pub(super) fn are_comparable(a: &Layer<'_>, b: &Layer<'_>) -> bool {
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
pub(super) fn is_margin(table: &CellTable, of: &CellTable, noise: &Noise) -> bool {
    let dimensions = of.dimensions().len();
    if dimensions > DIMENSIONS {
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
