//! Counting over genotypes: from groups to protected figures, a span of variants
//! after the other.
//!
//! What comes out hangs on the groups' final sets and those that were final before
//! them, the snapshot and the profile alone, so it may be made again instead of being
//! kept.

use std::{
    collections::BTreeMap,
    sync::{Arc, mpsc},
    thread,
};

use roaring::RoaringBitmap;
use sekisho_disclosure::{
    Noise, Profile,
    frequency::{Class, Frequency, Genotypes, Sites, Tests},
};
use sekisho_tables::{Genotype, SPAN, Selection, Snapshot, SnapshotError, Span, Spans};

use super::{earlier::By, groups::Group};

/// Spans that each thread may have ready before their figures are taken.
const AHEAD: usize = 1;

/// What is counted, of whom.
pub(crate) struct Counted<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) spans: &'a Spans,
    pub(crate) noise: &'a Noise,
    pub(crate) profile: &'a Profile,
    pub(crate) selection: &'a Selection,
    /// The variants that are meant.
    pub(crate) selected: &'a RoaringBitmap,
    pub(crate) groups: &'a [Group],
    /// How many variants are known to be told of before they are counted.
    pub(crate) told: u64,
}

/// The figures of a variant in a group.
#[derive(Debug, PartialEq)]
pub(crate) struct Row<'s> {
    pub(crate) variant: &'s str,
    /// The group's number.
    pub(crate) group: usize,
    /// None where they may not be shown.
    pub(crate) figures: Option<Frequency>,
}

impl Counted<'_> {
    /// Hands rows to `take`, some at a time, in the order of the snapshot's variants
    /// and, of each, of the groups. Only variants that were asked for by name have
    /// rows without figures.
    pub(crate) fn rows<E: From<SnapshotError> + Send>(
        &self,
        mut take: impl FnMut(&[Row<'_>]) -> Result<(), E>,
    ) -> Result<(), E> {
        if let Selection::Variants(names) = self.selection {
            return self.named(names, take);
        }
        let mut numbers: Vec<u32> = self.selected.iter().map(|variant| variant / SPAN).collect();
        numbers.dedup();
        let threads = thread::available_parallelism()
            .map_or(1, usize::from)
            .min(8);
        thread::scope(|scope| {
            // Each thread counts every n-th span, of n threads; they are taken in turn.
            let (counting, counted): (Vec<_>, Vec<_>) = (0..threads)
                .map(|turn| {
                    let (ready, counted) = mpsc::sync_channel(AHEAD);
                    let mut numbers = numbers.iter().skip(turn).step_by(threads);
                    let count = move || {
                        let tests = Tests::default();
                        let mut spans =
                            numbers.by_ref().map(|number| self.of_span(*number, &tests));
                        // Nobody takes any more if something failed.
                        spans.try_for_each(|span| ready.send(span).ok())
                    };
                    (scope.spawn(count), counted)
                })
                .unzip();
            let taken = (numbers.iter().zip(counted.iter().cycle())).try_for_each(|(_, next)| {
                // A thread that panicked says nothing more: the visit fails.
                let (span, shown) = next.recv().map_err(|_| SnapshotError::Interrupted)??;
                let rows: Vec<Row<'_>> = shown
                    .into_iter()
                    .map(|(variant, group, figures)| Row {
                        variant: span.id(variant),
                        group,
                        figures: Some(figures),
                    })
                    .collect();
                take(&rows)
            });
            drop(counted);
            let panics = counting
                .into_iter()
                .filter_map(|thread| thread.join().err());
            if panics.count() > 0 {
                return Err(SnapshotError::Interrupted.into());
            }
            taken
        })
    }

    /// Of variants that were named, whether they are there or not.
    fn named<E: From<SnapshotError>>(
        &self,
        names: &std::collections::BTreeSet<String>,
        mut take: impl FnMut(&[Row<'_>]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut found: BTreeMap<String, (Arc<Span>, u32)> = BTreeMap::new();
        for variant in self.selected {
            let span = self.spans.of(self.snapshot, variant / SPAN)?;
            found.insert(span.id(variant).to_owned(), (span, variant));
        }
        let mut rows = Vec::new();
        let tests = Tests::default();
        for name in names {
            for (number, group) in self.groups.iter().enumerate() {
                let figures = match found.get(name) {
                    Some((span, at)) => self.figures(span, *at, group, &tests)?,
                    None => None,
                };
                rows.push(Row {
                    variant: name,
                    group: number,
                    figures,
                });
            }
        }
        take(&rows)
    }

    /// What may be shown of a span's variants.
    #[expect(clippy::type_complexity, reason = "a span and what is shown of it")]
    fn of_span(
        &self,
        number: u32,
        tests: &Tests,
    ) -> Result<(Arc<Span>, Vec<(u32, usize, Frequency)>), SnapshotError> {
        let span = self.spans.of(self.snapshot, number)?;
        let mut shown = Vec::new();
        for variant in self.selected.range(span.variants()) {
            for (number, group) in self.groups.iter().enumerate() {
                if let Some(figures) = self.figures(&span, variant, group, tests)? {
                    shown.push((variant, number, figures));
                }
            }
        }
        Ok((span, shown))
    }

    /// What may be shown of a variant, in the order of the groups.
    pub(crate) fn of_variant(
        &self,
        span: &Span,
        variant: u32,
        tests: &Tests,
    ) -> Result<Vec<Option<Frequency>>, SnapshotError> {
        let groups = self.groups.iter();
        groups
            .map(|group| self.figures(span, variant, group, tests))
            .collect()
    }

    fn figures(
        &self,
        span: &Span,
        variant: u32,
        group: &Group,
        tests: &Tests,
    ) -> Result<Option<Frequency>, SnapshotError> {
        let by = By {
            snapshot: self.snapshot,
            noise: self.noise,
            threshold: self.profile.threshold,
        };
        if group.withheld || group.is_near_earlier(by, span, variant)? {
            return Ok(None);
        }
        let counts = span.counts(variant, &group.genotyped);
        let genotypes = Genotypes {
            none: counts.none,
            one: counts.one,
            two: counts.two,
            missing: counts.missing,
        };
        let members = |class: Class| {
            let genotypes: &[Genotype] = match class {
                Class::None => &[Genotype::None],
                Class::One => &[Genotype::One],
                Class::Two => &[Genotype::Two],
                Class::Carriers => &[Genotype::One, Genotype::Two],
                Class::Missing => &[Genotype::Missing],
            };
            span.individuals(variant, genotypes, &group.genotyped)
        };
        let sites = Sites {
            profile: self.profile,
            noise: self.noise,
            variants: self.told,
            tests,
        };
        let diploid = || is_autosome(span.id(variant));
        Ok(sites.frequency(genotypes, diploid, members))
    }
}

/// Whether everybody has the chromosome twice.
pub(crate) fn is_autosome(variant: &str) -> bool {
    let chromosome = variant
        .split(':')
        .next()
        .and_then(|name| name.parse::<u8>().ok());
    matches!(chromosome, Some(1..=22))
}
