//! Anchors: the sets of individuals that releases described, for as long as the
//! ledger exists.
//!
//! They are sealed, as are the statistics and exposures that hang on them. What
//! is sealed is bound to its dataset and its number, so that nothing can be put
//! in another's place. None of it is a leaf: sets and their sizes leave neither
//! in a receipt nor in an export.

use roaring::RoaringBitmap;
use sekisho_receipt::merkle::Hash;

use super::pages::{Pages, Staged, misplaced};
use super::{Ledger, SEALED_OVERHEAD};
use crate::entry::Entry;
use crate::error::LedgerError;
use crate::journal::{MOST_BODY, read};
use crate::visit::digest;

/// A set of individuals that a release is about to describe.
#[derive(Debug, Clone, PartialEq)]
pub struct AnchorRecord {
    /// The individuals, by their index in the dataset.
    pub set: RoaringBitmap,
    /// The set's keyed hash.
    pub key: u128,
    /// What the look-up needs to know of the set; the ledger does not read it.
    pub sketch: Vec<u8>,
}

/// An anchor without its set, which is read when it is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnchorHead {
    /// The anchor's name in this ledger.
    pub id: u64,
    /// Individuals in the set.
    pub size: u64,
    /// The set's keyed hash.
    pub key: u128,
    /// As it was added.
    pub sketch: Vec<u8>,
}

impl Ledger {
    /// The anchors of a dataset, over all of its snapshots, oldest first.
    pub fn anchors(&self, dataset: &str) -> Result<Vec<AnchorHead>, LedgerError> {
        let rows = self.pages()?.store.anchors(dataset)?;
        rows.into_iter()
            .map(|row| self.open_head(dataset, row.number, &row.head))
            .collect()
    }

    /// An anchor's set, read from the journal.
    pub fn anchor_set(&self, id: u64) -> Result<RoaringBitmap, LedgerError> {
        let pages = self.pages()?;
        let dataset = pages.book.anchors.dataset(id).cloned();
        let dataset = dataset.ok_or(LedgerError::UnknownAnchor(id))?;
        let row = pages.store.anchor(&dataset, id)?.ok_or_else(misplaced)?;
        drop(pages);
        let body = read(&self.dir, row.position)?;
        let Ok(Entry::Anchor {
            number, head, set, ..
        }) = Entry::decode(&body)
        else {
            return Err(misplaced());
        };
        if number != id {
            return Err(misplaced());
        }
        let head = self.open_head(&dataset, id, head)?;
        let set = self.sealer.open(&set_place(&dataset, head.key), set)?;
        let set =
            RoaringBitmap::deserialize_from(set.as_slice()).map_err(|_| LedgerError::Sealed)?;
        if set.len() == head.size {
            Ok(set)
        } else {
            Err(LedgerError::Sealed)
        }
    }

    /// Remembers sets; returns their names in the same order. Durable with the next
    /// call that blocks, as a commit does, before which nothing leaves that they are of.
    /// A crash in the middle may leave the first of them.
    pub fn add_anchors(
        &self,
        dataset: &str,
        anchors: &[AnchorRecord],
    ) -> Result<Vec<u64>, LedgerError> {
        // Before the lock: this is what takes time.
        let mut sealed = Vec::with_capacity(anchors.len());
        for anchor in anchors {
            let set = self.seal_set(dataset, anchor)?;
            let length = set.len() + anchor.sketch.len() + dataset.len();
            if length > MOST_BODY - 2 * SEALED_OVERHEAD {
                return Err(LedgerError::TooLarge(length));
            }
            sealed.push((anchor, set));
        }
        let mut ids = Vec::with_capacity(anchors.len());
        let mut pages = self.pages()?;
        self.append_all(
            &mut pages,
            &sealed,
            |(anchor, set)| set.len() + anchor.sketch.len(),
            |pages, staged, (anchor, set)| {
                let number = pages.book.anchors.next();
                let head = self.seal_head(dataset, number, anchor)?;
                ids.push(number);
                let entry = Entry::Anchor {
                    number,
                    dataset,
                    head: &head,
                    set,
                };
                pages.stage(staged, &entry)
            },
        )?;
        Ok(ids)
    }

    /// Appends a record for each item, in as many writes as they fill segments,
    /// while nobody else writes.
    pub(super) fn append_all<T>(
        &self,
        pages: &mut Pages,
        mut items: &[T],
        length: impl Fn(&T) -> usize,
        mut stage: impl FnMut(&mut Pages, &mut Staged, &T) -> Result<(), LedgerError>,
    ) -> Result<(), LedgerError> {
        let most = pages.journal.segment_bytes();
        while !items.is_empty() {
            let mut bytes = 0;
            let fits = |item: &&T| {
                bytes += length(item) as u64;
                bytes <= most
            };
            let fitting = items.iter().take_while(fits).count().max(1);
            let (now, later) = items.split_at(fitting);
            self.append(pages, |pages, staged| {
                now.iter().try_for_each(|item| stage(pages, staged, item))
            })?;
            items = later;
        }
        Ok(())
    }

    fn seal_set(&self, dataset: &str, anchor: &AnchorRecord) -> Result<Vec<u8>, LedgerError> {
        let mut set = anchor.set.clone();
        set.optimize();
        let mut bytes = Vec::with_capacity(set.serialized_size());
        set.serialize_into(&mut bytes)
            .map_err(|_| LedgerError::TooLarge(set.serialized_size()))?;
        self.sealer.seal(&set_place(dataset, anchor.key), &bytes)
    }

    /// Size, key and sketch.
    fn seal_head(
        &self,
        dataset: &str,
        number: u64,
        anchor: &AnchorRecord,
    ) -> Result<Vec<u8>, LedgerError> {
        let mut head = anchor.set.len().to_be_bytes().to_vec();
        head.extend_from_slice(&anchor.key.to_be_bytes());
        head.extend_from_slice(&anchor.sketch);
        let place = place("sekisho-anchor/1", dataset, &[number]);
        self.sealer.seal(&place, &head)
    }

    fn open_head(
        &self,
        dataset: &str,
        number: u64,
        sealed: &[u8],
    ) -> Result<AnchorHead, LedgerError> {
        let place = place("sekisho-anchor/1", dataset, &[number]);
        let head = self.sealer.open(&place, sealed)?;
        let parts = || {
            let (size, rest) = head.split_first_chunk()?;
            let (key, sketch) = rest.split_first_chunk()?;
            Some((u64::from_be_bytes(*size), u128::from_be_bytes(*key), sketch))
        };
        let (size, key, sketch) = parts().ok_or(LedgerError::Sealed)?;
        Ok(AnchorHead {
            id: number,
            size,
            key,
            sketch: sketch.to_vec(),
        })
    }
}

/// Where something is sealed.
pub(super) fn place(domain: &str, dataset: &str, numbers: &[u64]) -> Hash {
    let numbers: Vec<u8> = numbers.iter().flat_map(|n| n.to_be_bytes()).collect();
    digest(domain, &[dataset.as_bytes(), &numbers])
}

/// Where a set is sealed: at its key, which stands in the anchor's head, so
/// that another set cannot be put in its place.
fn set_place(dataset: &str, key: u128) -> Hash {
    digest(
        "sekisho-anchor-set/1",
        &[dataset.as_bytes(), &key.to_be_bytes()],
    )
}
