//! What releases tell of genomes, and when that ends.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use roaring::RoaringBitmap;
use sekisho_disclosure::{
    CellTable, Exposure, Key, Mechanism, Profile, Protected, Value,
    exposure::{NANO, amount, bound},
};
use sekisho_ledger::{Ledger, Meter, ReserveError, Reserved};
use sekisho_query::{Shape, cells::Stratum};

use crate::anchors::{AnchorError, Anchors};

/// Sizes of cohorts are rounded down to this before they are charged, so that a
/// charge does not tell them.
const SIZE_BASE: u64 = 10;

/// A count of nobody.
const NOBODY: Value = Value::Integer(0);

/// Whether what the figures of a cut tell of genomes is metered. Under
/// differential privacy the budget bounds membership tests, too.
pub(crate) fn is_metered(shape: &Shape, profile: &Profile) -> bool {
    shape.sites.is_some() && profile.mechanism != Mechanism::Dp
}

/// What a release tells of genomes.
pub(crate) struct Told {
    /// The strictest of the profiles' that apply.
    caps: Exposure,
    sets: Vec<Set>,
}

/// What it tells of one set of individuals.
struct Set {
    /// Which of the query's cuts tells it, and under which FILTER: everybody is in
    /// one set of each.
    part: (usize, u32),
    set: RoaringBitmap,
    /// m/n, in units of 10⁻⁹.
    amount: u64,
}

/// One cut of a query.
#[derive(Clone, Copy)]
pub(crate) struct Cut<'a> {
    pub(crate) number: usize,
    pub(crate) shape: &'a Shape,
    pub(crate) strata: &'a BTreeMap<Key, &'a Stratum>,
    pub(crate) profile: &'a Profile,
}

/// Whether a project may be told of so many variants, often of a single one, in the genomes of
/// so many: of fewer, each is withheld like a small group, and not the whole answer refused.
pub(crate) fn may_tell(variants: u64, individuals: u64, profile: &Profile) -> bool {
    let caps = &profile.exposure;
    amount(variants, charged_size(individuals, profile)) <= nano(caps.cap * caps.project_share)
}

fn charged_size(individuals: u64, profile: &Profile) -> u64 {
    (individuals / SIZE_BASE * SIZE_BASE).max(u64::from(profile.threshold))
}

impl Told {
    /// Nothing yet, under these caps.
    pub(crate) fn under(caps: &Exposure) -> Self {
        Self {
            caps: caps.clone(),
            sets: Vec::new(),
        }
    }

    /// Adds what the figures of a cut tell: in each set every shown group counts
    /// as one variant under each FILTER, genes too. A FILTER on individuals makes
    /// a set of its own.
    pub(crate) fn add(&mut self, cut: Cut<'_>, protected: &Protected) {
        // A group that only the data know is told by its key alone.
        let known = cut.shape.dimensions.iter().all(|key| key.values.is_some());
        let shown = protected.rows().iter().flat_map(|row| {
            let group = cut.shape.of_individuals(&row.key);
            let values = row.values.iter().enumerate();
            // A declared group of nobody, shown as such, tells of nobody. Were it
            // charged, whether anybody is there would show in what is refused.
            let told = values.filter(|(_, value)| value.is_some_and(|value| value != NOBODY));
            let mut measures: Vec<_> = told.map(|(measure, _)| Some(measure)).collect();
            if measures.is_empty() && !known {
                measures.push(None);
            }
            measures
                .into_iter()
                .map(move |measure| (group.clone(), measure))
        });
        self.caps.cap = self.caps.cap.min(cut.profile.exposure.cap);
        let share = cut.profile.exposure.project_share;
        self.caps.project_share = self.caps.project_share.min(share);
        self.sets.extend(of_groups(cut, shown));
    }

    /// Adds what frequencies tell of groups that have nobody in common: of each, how
    /// many have genotypes, and of how many variants they are told. `part` numbers them, where
    /// the same people are in groups of another kind.
    pub(crate) fn add_sites<'s>(
        &mut self,
        part: usize,
        groups: impl Iterator<Item = (&'s RoaringBitmap, u64, u64)>,
        profile: &Profile,
    ) {
        self.sets
            .extend(groups.map(|(set, genotyped, variants)| Set {
                part: (part, 0),
                set: set.clone(),
                amount: amount(variants, charged_size(genotyped, profile)),
            }));
    }

    /// Whether the groups of a table would tell more than may be told at all, and
    /// adds that: then they need not be compared with anything.
    pub(crate) fn is_exceeded(&mut self, cut: Cut<'_>, table: &CellTable) -> bool {
        let enough = u64::from(cut.profile.threshold);
        let cells = table.cells().iter();
        let large = cells.filter(|(_, cell)| cell.group.individuals() >= enough);
        let groups = large.map(|(key, _)| (cut.shape.of_individuals(key), None));
        let caps = &cut.profile.exposure;
        let most = nano(caps.cap * caps.project_share);
        let over = of_groups(cut, groups)
            .into_iter()
            .find(|set| set.amount > most);
        let exceeded = over.is_some();
        self.sets.extend(over);
        exceeded
    }

    /// Whether it is more than a project may be told that was told so much before: then it will
    /// be refused, since that never becomes less.
    pub(crate) fn exceeds(&self, before: u64) -> bool {
        before.saturating_add(self.most()) > self.limit()
    }

    /// What a project may be told in all.
    fn limit(&self) -> u64 {
        nano(self.caps.cap * self.caps.project_share)
    }

    /// What anybody is told of at most: one set of each part.
    fn most(&self) -> u64 {
        let mut parts: BTreeMap<(usize, u32), u64> = BTreeMap::new();
        for set in &self.sets {
            let most = parts.entry(set.part).or_default();
            *most = set.amount.max(*most);
        }
        parts.into_values().fold(0, u64::saturating_add)
    }

    #[cfg(test)]
    pub(crate) fn amounts(&self) -> Vec<u64> {
        self.sets.iter().map(|set| set.amount).collect()
    }
}

/// Per set and FILTER, so many variants: the group and measure of each figure.
fn of_groups(
    cut: Cut<'_>,
    figures: impl Iterator<Item = (Key, Option<usize>)>,
) -> impl IntoIterator<Item = Set> {
    let mut counted: BTreeMap<(Key, Option<usize>), u64> = BTreeMap::new();
    for figure in figures {
        *counted.entry(figure).or_default() += 1;
    }
    let mut told: BTreeMap<(Key, u32), Set> = BTreeMap::new();
    for ((key, measure), variants) in counted {
        let Some(stratum) = cut.strata.get(&key) else {
            continue;
        };
        let set = measure.map_or(&stratum.everybody, |measure| stratum.of(measure));
        let filter = measure
            .and_then(|measure| cut.shape.measures.get(measure))
            .map_or(u32::MAX, |measure| measure.filter);
        let amount = amount(variants, charged_size(set.len(), cut.profile));
        let most = told.get(&(key.clone(), filter)).map_or(0, |set| set.amount);
        if amount > most {
            let one = Set {
                part: (cut.number, filter),
                set: set.clone(),
                amount,
            };
            told.insert((key, filter), one);
        }
    }
    told.into_values()
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
}

/// The account of what a project is told of a dataset's genomes.
pub(crate) fn account(project: &str, dataset: &str) -> String {
    format!("exposure/{project}/{dataset}")
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
    /// Adds what a release tells, or refuses it.
    ///
    /// The dataset's cap is held against a bound for everybody in a set, the
    /// project's against what the project was told in all. Nothing told is
    /// metered, too: a leaf that is missing would say that nothing was shown.
    pub(crate) fn add(&self, of: &Account<'_>, told: &Told) -> Result<(), ExposureError> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let earlier = match held.take() {
            Some(earlier) => earlier,
            None => read(of)?,
        };
        let earlier = held.insert(earlier);
        let most = told.most();
        for told_of in &told.sets {
            let sets = earlier.values().map(|(set, amount)| (set, *amount));
            let after = bound(sets, &told_of.set).saturating_add(most);
            if after > nano(told.caps.cap) {
                return Err(ExposureError::Cap);
            }
        }
        let meter = Meter {
            account: account(of.project, of.dataset),
            amount: most,
            limit: told.limit(),
        };
        of.ledger.meter(of.reserved, vec![meter])?;
        for told in &told.sets {
            // Too few to be an anchor: the project's meter has it, at 1/n the most.
            let Some(name) = of.anchors.name(of.noise, &told.set) else {
                continue;
            };
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
