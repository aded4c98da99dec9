//! Anchors, the statistics that were released over them and the exposures that
//! they added. All three are sealed; what can be checked without the key is
//! that each belongs to an anchor, that none is missing in the middle, and
//! that those before a released answer are the ones that were there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sekisho_receipt::merkle::Hash;
use sha2::{Digest, Sha256};

use super::Change;
use crate::entry::Entry;
use crate::journal::Position;

/// The anchors so far.
#[derive(Debug, Default)]
pub(crate) struct Anchors {
    /// The dataset of each, by its number.
    datasets: BTreeMap<u64, Arc<str>>,
    /// Each name once, however many anchors its dataset has.
    names: BTreeSet<Arc<str>>,
    pub(crate) statistics: u64,
    pub(crate) exposures: u64,
    pub(crate) consents: u64,
    digest: Hash,
}

impl Anchors {
    /// The number of anchors.
    pub(crate) fn len(&self) -> u64 {
        self.datasets.len() as u64
    }

    /// The number of the next record of the four kinds. They are numbered
    /// together from 0, and what is sealed is bound to its number.
    pub(crate) fn next(&self) -> u64 {
        self.len() + self.statistics + self.exposures + self.consents
    }

    /// A hash chain over all records of the four kinds.
    pub(crate) fn digest(&self) -> Hash {
        self.digest
    }

    /// The dataset of an anchor.
    pub(crate) fn dataset(&self, anchor: u64) -> Option<&Arc<str>> {
        self.datasets.get(&anchor)
    }

    /// How many anchors each dataset has.
    pub(crate) fn by_dataset(&self) -> BTreeMap<&str, u64> {
        let mut counts = BTreeMap::new();
        for dataset in self.datasets.values() {
            *counts.entry(dataset.as_ref()).or_default() += 1;
        }
        counts
    }

    /// Takes one more record; none of another kind changes anything.
    pub(super) fn take(
        &mut self,
        entry: &Entry<'_>,
        position: Position,
    ) -> Result<Option<Change>, String> {
        let change = self.count(entry, position)?;
        if change.is_some() {
            let chain = Sha256::new_with_prefix(self.digest).chain_update(entry.encode());
            self.digest = chain.finalize().into();
        }
        Ok(change)
    }

    fn count(&mut self, entry: &Entry<'_>, position: Position) -> Result<Option<Change>, String> {
        match entry {
            Entry::Anchor {
                number,
                dataset,
                head,
                ..
            } => {
                self.expect_next(*number)?;
                let dataset = self.name(dataset);
                self.datasets.insert(*number, Arc::clone(&dataset));
                Ok(Some(Change::Anchor {
                    dataset,
                    number: *number,
                    head: head.to_vec(),
                    position,
                }))
            }
            Entry::Statistic { number, anchor, .. } => {
                self.expect_next(*number)?;
                self.of(*anchor)?;
                self.statistics += 1;
                Ok(Some(Change::Statistic {
                    anchor: *anchor,
                    number: *number,
                    position,
                }))
            }
            Entry::Exposure {
                number,
                anchor,
                sealed,
            } => {
                self.expect_next(*number)?;
                let dataset = self.of(*anchor)?;
                self.exposures += 1;
                Ok(Some(Change::Exposure {
                    dataset,
                    anchor: *anchor,
                    number: *number,
                    sealed: sealed.to_vec(),
                }))
            }
            Entry::Consent {
                number, dataset, ..
            } => {
                self.expect_next(*number)?;
                self.consents += 1;
                Ok(Some(Change::Consent {
                    dataset: self.name(dataset),
                    number: *number,
                    position,
                }))
            }
            _ => Ok(None),
        }
    }

    fn expect_next(&self, number: u64) -> Result<(), String> {
        let next = self.next();
        if number == next {
            Ok(())
        } else {
            Err(format!(
                "the sealed record calls itself number {number}, but number {next} is due"
            ))
        }
    }

    fn of(&self, anchor: u64) -> Result<Arc<str>, String> {
        self.dataset(anchor)
            .cloned()
            .ok_or_else(|| format!("the sealed record is of anchor {anchor}, which there is not"))
    }

    fn name(&mut self, dataset: &str) -> Arc<str> {
        if let Some(name) = self.names.get(dataset) {
            return Arc::clone(name);
        }
        let name = Arc::<str>::from(dataset);
        self.names.insert(Arc::clone(&name));
        name
    }
}
