//! What a dataset's own genotypes say of its samples: how complete and how plausible they
//! are, whose they are, and of which sex.
//!
//! All variants are read once, in their order, and counted for each sample; common ones, at
//! most some ten thousand, are then read again and compared. What is kept in memory is a few
//! numbers for each sample, four bytes for each common variant, and three bits for each sample
//! and site that is read again.

mod cohort;
mod common;
mod counts;
mod kinship;
mod matching;
mod panel;
mod sex;
mod sites;
mod statistic;

use crate::ingest::GenotypeChecks;
use crate::manifest::Source;
use crate::schema::{ALT_DEPTH, DEPTH};
use crate::snapshot::StoredBlocks;
use crate::{IngestError, ManifestError, Place, Progress, Snapshot, SnapshotError, StoreError};

use cohort::Cohort;
use common::{Chosen, Common};
use counts::{Counts, Figures};
use kinship::Kinship;
use matching::{Matched, Matches};
use panel::Panel;
use sex::SexCheck;
use sites::Sites;

pub(crate) use statistic::Statistic;

use super::{Reading, Value};

/// How often progress is told of, in variants.
const STEP: u64 = 1 << 12;

/// The figures of every sample.
pub(crate) struct Computed {
    cohort: Cohort,
    figures: Vec<Figures>,
    kinship: Option<Kinship>,
    sex: Option<SexCheck>,
    matched: Option<Matched>,
}

/// Computes what a source asks for, from genotypes that are written.
pub(crate) fn compute(
    snapshot: &Snapshot,
    source: &Source,
    progress: &dyn Progress,
) -> Result<Computed, IngestError> {
    let unreadable = |error: SnapshotError| IngestError::from(StoreError::from(error));
    let refused = |message| {
        let line = source.line;
        IngestError::from(ManifestError { line, message })
    };
    let cohort = Cohort::of(snapshot).map_err(unreadable)?;
    let asks = |of: fn(Statistic) -> bool| {
        let mut statistics = source
            .fields
            .iter()
            .filter_map(|f| Statistic::named(&f.name));
        statistics.any(of)
    };
    let kinship = match asks(Statistic::is_of_kinship) {
        true => kinship::sites(cohort.samples()).map_err(refused)?,
        false => 0,
    };
    let (figures, common) = count(snapshot, &cohort, progress).map_err(unreadable)?;
    let mut chosen = common.choose(kinship);
    if !asks(Statistic::is_of_x) {
        chosen.x.clear();
    }
    let mut matches = match asks(Statistic::is_of_pairs) {
        true => Some(Matches::of(&cohort, source.matching)),
        false => {
            chosen.pairs.clear();
            None
        }
    };
    let [relatives, x] = compare(snapshot, &cohort, &chosen, &mut matches).map_err(unreadable)?;
    Ok(Computed {
        kinship: match kinship {
            0 => None,
            _ => Kinship::of(&relatives, &cohort, progress).map_err(refused)?,
        },
        sex: asks(Statistic::is_of_x).then(|| SexCheck::of(&x, &cohort)),
        matched: matches.map(Matches::close),
        cohort,
        figures,
    })
}

/// Reads all variants.
fn count(
    snapshot: &Snapshot,
    cohort: &Cohort,
    progress: &dyn Progress,
) -> Result<(Vec<Figures>, Common), SnapshotError> {
    let mut blocks = StoredBlocks::open(snapshot, None, false, &[])?;
    let mut sites = Sites::open(snapshot)?;
    let mut counts = Counts::of(cohort.samples());
    let mut common = Common::default();
    let mut done = 0_u64;
    while let (Some(block), Some(site)) = (blocks.next()?, sites.next()?) {
        if done.is_multiple_of(STEP) {
            progress.at("check genotypes", done, None);
        }
        done += 1;
        counts.add(&site, &block.genotypes, cohort);
        common.add(&site, &block.genotypes, cohort);
    }
    progress.at("check genotypes", done, None);
    Ok((counts.close(), common))
}

/// Reads common variants again: for kinship, and on the chromosome X.
fn compare(
    snapshot: &Snapshot,
    cohort: &Cohort,
    chosen: &Chosen,
    matches: &mut Option<Matches>,
) -> Result<[Panel; 2], SnapshotError> {
    let sets = [&chosen.kinship, &chosen.x];
    let mut panels = sets.map(|set| Panel::new(cohort.samples(), set.len() as usize));
    let rows = &chosen.pairs | &chosen.kinship | &chosen.x;
    if rows.is_empty() {
        return Ok(panels);
    }
    let stored = snapshot.genotype_columns()?;
    let has = |name: &str| stored.iter().any(|column| column == name);
    let fields: &[&str] = match matches {
        Some(_) if has(DEPTH) && has(ALT_DEPTH) => &[DEPTH, ALT_DEPTH],
        _ => &[],
    };
    let mut blocks = StoredBlocks::open(snapshot, Some(&rows), false, fields)?;
    while let Some(block) = blocks.next()? {
        let row = block.genotypes.variant;
        for (panel, set) in panels.iter_mut().zip(sets) {
            if set.contains(row) {
                panel.add(&block.genotypes);
            }
        }
        if let Some(matches) = matches.as_mut().filter(|_| chosen.pairs.contains(row)) {
            matches.add(&block);
        }
    }
    Ok(panels)
}

impl Computed {
    /// What a source reads of each sample.
    pub(crate) fn readings<'c>(&'c self, source: &'c Source) -> impl Iterator<Item = Reading> + 'c {
        let place = Place::Line(source.line as u64);
        let names = self.cohort.names.iter().enumerate();
        names.map(move |(sample, name)| {
            let fields = (0..).zip(&source.fields);
            let values = fields.map(|(field, named)| {
                let statistic = Statistic::named(&named.name);
                let value = statistic.and_then(|statistic| self.value(sample, statistic));
                Value {
                    field,
                    text: value.map_or_else(String::new, |value| value.to_string()),
                    place,
                }
            });
            Reading {
                sample: Some(name.clone()),
                place,
                values: values.collect(),
            }
        })
    }

    fn value(&self, sample: usize, statistic: Statistic) -> Option<f64> {
        let counted = self.figures.get(sample).and_then(|of| of.value(statistic));
        counted
            .or_else(|| self.kinship.as_ref()?.value(sample, statistic))
            .or_else(|| self.sex.as_ref()?.value(sample, statistic))
            .or_else(|| self.matched.as_ref()?.value(sample, statistic))
    }

    /// What an operator should look at.
    pub(crate) fn checks(&self) -> GenotypeChecks {
        let pairs = self.kinship.as_ref().map(|kinship| kinship.pairs);
        let matched = self.matched.as_ref();
        GenotypeChecks {
            duplicate_pairs: pairs.map(|[duplicates, ..]| duplicates),
            first_degree_pairs: pairs.map(|[_, first, _]| first),
            second_degree_pairs: pairs.map(|[.., second]| second),
            sex_mismatches: self.sex.as_ref().map(SexCheck::mismatches),
            tumor_normal_individuals: matched.map(|matched| matched.individuals),
            tumor_normal_mismatches: matched.map(|matched| matched.mismatches),
        }
    }
}

#[cfg(test)]
mod tests;
