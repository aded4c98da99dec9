//! Others whose genotypes were counted before.

use std::sync::{Arc, OnceLock};

use roaring::RoaringBitmap;
use sekisho_disclosure::{
    Noise,
    anchors::{most_tolerance, tolerance},
};
use sekisho_tables::{GenotypeGroup, Snapshot, SnapshotError, Span};

/// All of them, those first who differ by the fewest.
pub(super) struct Earlier(Vec<Other>);

struct Other {
    set: Arc<RoaringBitmap>,
    /// How many are in one of both and not in the other.
    differ: u64,
    /// Who they are, and how many they must be: seldom asked for.
    apart: OnceLock<(GenotypeGroup, u64)>,
}

/// What they are compared by.
#[derive(Clone, Copy)]
pub(super) struct By<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) noise: &'a Noise,
    pub(super) threshold: u32,
}

impl Earlier {
    /// Nobody.
    pub(super) fn none() -> Self {
        Self(Vec::new())
    }

    /// These, beside those whose genotypes are counted now; of everybody who has any.
    pub(super) fn of(
        sets: Vec<Arc<RoaringBitmap>>,
        counted: &RoaringBitmap,
        genotyped: &RoaringBitmap,
    ) -> Self {
        let other = |set: Arc<RoaringBitmap>| Other {
            differ: (&*set ^ counted).intersection_len(genotyped),
            set,
            apart: OnceLock::new(),
        };
        let mut others: Vec<Other> = sets.into_iter().map(other).collect();
        others.sort_by_key(|other| other.differ);
        Self(others)
    }

    /// Whether few of those who were called at a variant make the difference to them:
    /// the rest of whom differ has no call there.
    pub(super) fn is_near(
        &self,
        counted: &RoaringBitmap,
        by: By<'_>,
        span: &Span,
        variant: u32,
    ) -> Result<bool, SnapshotError> {
        if self.0.is_empty() {
            return Ok(false);
        }
        let missing = span.missing(variant);
        let most = most_tolerance(by.threshold);
        let mut near = (self.0.iter()).take_while(|o| o.differ.saturating_sub(missing) < most);
        near.try_fold(false, |near, other| {
            let (apart, tolerance) = other.apart(counted, by)?;
            let unknown = span.counts(variant, apart).missing;
            let called = apart.individuals().len().saturating_sub(unknown);
            Ok(near || (1..*tolerance).contains(&called))
        })
    }
}

impl Other {
    fn apart(
        &self,
        counted: &RoaringBitmap,
        By {
            snapshot,
            noise,
            threshold,
        }: By<'_>,
    ) -> Result<&(GenotypeGroup, u64), SnapshotError> {
        if let Some(known) = self.apart.get() {
            return Ok(known);
        }
        let group = GenotypeGroup::new(snapshot, &(&*self.set ^ counted))?;
        let tolerance = tolerance(noise, threshold, noise.set(&self.set), noise.set(counted));
        Ok(self.apart.get_or_init(|| (group, tolerance)))
    }
}
