//! What releases tell of genomes, and when that ends.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use roaring::RoaringBitmap;
use sekisho_disclosure::{
    Exposure, Mechanism, Profile, Protected, Value,
    exposure::{NANO, amount, bound},
};
use sekisho_ledger::{Ledger, Meter, ReserveError, Reserved};
use sekisho_query::{
    Shape,
    cells::{Keys, Strata},
};

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
    /// Which of the query's cuts tells it: everybody is in one set of each.
    cut: usize,
    set: RoaringBitmap,
    /// m/n, in units of 10⁻⁹.
    amount: u64,
}

/// Whether a project may be told a single figure about the genomes of so many:
/// of fewer, each is withheld like a small group, and not the whole answer refused.
pub(crate) fn may_tell(individuals: u64, profile: &Profile) -> bool {
    let caps = &profile.exposure;
    amount(1, charged_size(individuals, profile)) <= nano(caps.cap * caps.project_share)
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
    /// as one variant, genes too.
    pub(crate) fn add(
        &mut self,
        cut: usize,
        shape: &Shape,
        strata: &Strata,
        keys: &Keys,
        protected: &Protected,
        profile: &Profile,
    ) {
        self.caps.cap = self.caps.cap.min(profile.exposure.cap);
        self.caps.project_share = self.caps.project_share.min(profile.exposure.project_share);
        let mut shown: BTreeMap<_, u64> = BTreeMap::new();
        for row in protected.rows() {
            // A declared group of nobody, shown as such, tells of nobody. Were it
            // charged, whether anybody is there would show in what is refused.
            if row.values.iter().flatten().any(|value| *value != NOBODY) {
                *shown.entry(shape.of_individuals(&row.key)).or_default() += 1;
            }
        }
        let strata = strata.by_position(keys);
        for (key, variants) in shown {
            let Some(stratum) = strata.get(&key) else {
                continue;
            };
            let size = charged_size(stratum.everybody.len(), profile);
            self.sets.push(Set {
                cut,
                set: stratum.everybody.clone(),
                amount: amount(variants, size),
            });
        }
    }

    /// What anybody is told of at most: one set of each cut.
    fn most(&self) -> u64 {
        let mut cuts: BTreeMap<usize, u64> = BTreeMap::new();
        for set in &self.sets {
            let most = cuts.entry(set.cut).or_default();
            *most = set.amount.max(*most);
        }
        cuts.into_values().fold(0, u64::saturating_add)
    }
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
            account: format!("exposure/{}/{}", of.project, of.dataset),
            amount: most,
            limit: nano(told.caps.cap * told.caps.project_share),
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
