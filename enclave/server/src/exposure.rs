//! What releases tell of genomes, and when that ends.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use roaring::RoaringBitmap;
use sekisho_disclosure::{
    CellTable, Exposure, Key, Profile, Protected,
    exposure::{NANO, amount, bound},
};
use sekisho_ledger::{Ledger, Meter, ReserveError, Reserved};
use sekisho_query::{
    Shape,
    cells::{Keys, Strata, Stratum},
};

use crate::anchors::{AnchorError, Anchors};

/// Sizes of cohorts are rounded down to this before they are charged, so that a
/// charge does not tell them.
const SIZE_BASE: u64 = 10;

/// What a release tells of the genomes of one set of individuals.
pub(crate) struct Told {
    /// Which of the query's cuts tells it, and under which FILTER: everybody is in
    /// one set of each.
    part: (usize, u32),
    set: RoaringBitmap,
    /// m/n, in units of 10⁻⁹.
    amount: u64,
    caps: Exposure,
}

#[cfg(test)]
impl Told {
    pub(crate) fn amount(&self) -> u64 {
        self.amount
    }
}

/// What the figures of a cut tell: in each set every shown group counts as one
/// variant under each FILTER, genes too. A FILTER on individuals makes a set.
pub(crate) fn told(
    cut: usize,
    shape: &Shape,
    strata: &Strata,
    keys: &Keys,
    protected: &Protected,
    profile: &Profile,
) -> Vec<Told> {
    // A group that only the data know is told by its key alone.
    let known = shape.dimensions.iter().all(|key| key.values.is_some());
    let shown = protected.rows().iter().flat_map(|row| {
        let values = row.values.iter().enumerate();
        let measures = values.filter(|(_, value)| value.is_some());
        let measures: Vec<usize> = measures.map(|(measure, _)| measure).collect();
        let alone = measures.is_empty() && !known;
        let alone = alone.then_some((shape.of_individuals(&row.key), None));
        let of = move |measure| (shape.of_individuals(&row.key), Some(measure));
        measures.into_iter().map(of).chain(alone)
    });
    of_groups(cut, shape, &strata.by_position(keys), shown, profile)
}

/// What the groups of a table would tell at least, if that is more than may be
/// told at all: then they need not be compared with anything.
pub(crate) fn over(
    cut: usize,
    shape: &Shape,
    table: &CellTable,
    strata: &BTreeMap<Key, &Stratum>,
    profile: &Profile,
) -> Option<Told> {
    let cells = table.cells().iter();
    let large = cells.filter(|(_, cell)| cell.group.individuals() >= u64::from(profile.threshold));
    let groups = large.map(|(key, _)| (shape.of_individuals(key), None));
    let caps = &profile.exposure;
    let told = of_groups(cut, shape, strata, groups, profile);
    (told.into_iter()).find(|told| told.amount > nano(caps.cap * caps.project_share))
}

/// Per set and FILTER, so many variants: the group and measure of each figure.
fn of_groups(
    cut: usize,
    shape: &Shape,
    strata: &BTreeMap<Key, &Stratum>,
    figures: impl Iterator<Item = (Key, Option<usize>)>,
    profile: &Profile,
) -> Vec<Told> {
    if shape.sites.is_none() {
        return Vec::new();
    }
    let mut counted: BTreeMap<(Key, Option<usize>), u64> = BTreeMap::new();
    for figure in figures {
        *counted.entry(figure).or_default() += 1;
    }
    let mut told: BTreeMap<(Key, u32), Told> = BTreeMap::new();
    for ((key, measure), variants) in counted {
        let Some(stratum) = strata.get(&key) else {
            continue;
        };
        let set = measure.map_or(&stratum.everybody, |measure| stratum.of(measure));
        let filter = measure
            .and_then(|measure| shape.measures.get(measure))
            .map_or(u32::MAX, |measure| measure.filter);
        let size = (set.len() / SIZE_BASE * SIZE_BASE).max(u64::from(profile.threshold));
        let amount = amount(variants, size);
        let most = told
            .get(&(key.clone(), filter))
            .map_or(0, |told| told.amount);
        if amount > most {
            let one = Told {
                part: (cut, filter),
                set: set.clone(),
                amount,
                caps: profile.exposure.clone(),
            };
            told.insert((key, filter), one);
        }
    }
    told.into_values().collect()
}

/// What a dataset's individuals were exposed to so far: sets and amounts, by
/// the names of anchors.
#[derive(Default)]
pub(crate) struct Exposures(Mutex<Option<BTreeMap<u64, (RoaringBitmap, u64)>>>);

/// Why a release would tell too much, or cannot be accounted for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExposureError {
    #[error("the cap of the dataset is reached")]
    Cap,
    #[error(transparent)]
    Meter(#[from] ReserveError),
    #[error(transparent)]
    Anchors(#[from] AnchorError),
    #[error("a release tells of a set that is no anchor")]
    Unanchored,
}

/// A release that is about to be accounted for.
pub(crate) struct Account<'a> {
    pub(crate) ledger: &'a Ledger,
    pub(crate) anchors: &'a Anchors,
    pub(crate) noise: &'a sekisho_disclosure::Noise,
    pub(crate) dataset: &'a str,
    pub(crate) project: &'a str,
    pub(crate) reserved: &'a Reserved,
}

impl Exposures {
    /// Adds what a release tells, or refuses it. Blocks until it is durable.
    ///
    /// The dataset's cap is held against a bound for everybody in a set, the
    /// project's against what the project was told in all.
    pub(crate) fn add(&self, of: &Account<'_>, told: &[Told]) -> Result<(), ExposureError> {
        let Some(strictest) = (told.iter())
            .map(|told| &told.caps)
            .min_by(|a, b| a.cap.total_cmp(&b.cap))
        else {
            return Ok(());
        };
        let mut parts: BTreeMap<(usize, u32), u64> = BTreeMap::new();
        for told in told {
            let most = parts.entry(told.part).or_default();
            *most = told.amount.max(*most);
        }
        let all = parts.into_values().fold(0, u64::saturating_add);
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let earlier = match held.take() {
            Some(earlier) => earlier,
            None => read(of)?,
        };
        let earlier = held.insert(earlier);
        for told in told {
            let sets = earlier.values().map(|(set, amount)| (set, *amount));
            let after = bound(sets, &told.set).saturating_add(all);
            if after > nano(strictest.cap) {
                return Err(ExposureError::Cap);
            }
        }
        let meter = Meter {
            account: format!("exposure/{}/{}", of.project, of.dataset),
            amount: all,
            limit: nano(strictest.cap * strictest.project_share),
        };
        of.ledger.meter(of.reserved, vec![meter])?;
        for told in told {
            let name = of.anchors.name(of.noise, &told.set);
            let name = name.ok_or(ExposureError::Unanchored)?;
            let added = of.ledger.add_exposure(of.dataset, name, told.amount);
            added.map_err(AnchorError::from)?;
            let entry = earlier.entry(name).or_insert_with(|| (told.set.clone(), 0));
            entry.1 = entry.1.saturating_add(told.amount);
        }
        Ok(())
    }
}

fn read(of: &Account<'_>) -> Result<BTreeMap<u64, (RoaringBitmap, u64)>, ExposureError> {
    let written = of.ledger.exposures(of.dataset).map_err(AnchorError::from)?;
    let read = written
        .into_iter()
        .map(|(name, amount)| Ok((name, (of.anchors.set(name)?, amount))));
    read.collect()
}

/// A share in units of 10⁻⁹.
pub(crate) fn nano(share: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a checked parameter, a few units at most"
    )]
    let nano = (share * NANO as f64).round() as u64;
    nano
}
