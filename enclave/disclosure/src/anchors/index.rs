//! The anchors of a dataset, to be searched for those that are near.

use std::collections::HashMap;

use super::sketch::{PLACES, SetSketch, distance};
use crate::SetKey;

/// The words that a search reads of every anchor.
const FOLDED: usize = PLACES / 64 / 4;

/// The anchors of a dataset: their sizes, keys and sketches. Their sets are
/// elsewhere, and read when a sketch is near.
///
/// A search reads memory in order: 72 bytes an anchor, and the rest only of
/// those that are near by these.
#[derive(Clone, Debug, Default)]
pub struct Index {
    folded: Vec<Folded>,
    heads: Vec<Head>,
    positions: HashMap<SetKey, usize>,
}

#[derive(Clone, Debug)]
struct Folded {
    size: u64,
    sketch: [u64; FOLDED],
}

#[derive(Clone, Debug)]
struct Head {
    id: u64,
    key: SetKey,
    sketch: SetSketch,
}

/// An anchor that may be near.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate<'i> {
    /// A bound from below on the individuals by which it differs.
    pub at_least: u64,
    /// The anchor.
    pub id: u64,
    /// Its set's key.
    pub key: SetKey,
    /// Its set's sketch.
    pub sketch: &'i SetSketch,
}

impl Index {
    /// Adds an anchor. Of equal sets the first stays.
    pub fn insert(&mut self, id: u64, size: u64, key: SetKey, sketch: &SetSketch) {
        if self.positions.contains_key(&key) {
            return;
        }
        self.positions.insert(key, self.heads.len());
        self.folded.push(Folded {
            size,
            sketch: sketch.folded(),
        });
        self.heads.push(Head {
            id,
            key,
            sketch: sketch.clone(),
        });
    }

    /// How many anchors there are.
    pub fn len(&self) -> usize {
        self.heads.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// The anchor of this very set.
    pub fn exact(&self, key: SetKey) -> Option<u64> {
        let position = *self.positions.get(&key)?;
        self.heads.get(position).map(|head| head.id)
    }

    /// Every anchor that may differ from a set by fewer than `within`
    /// individuals; the nearest by their sketches first, of equals the oldest.
    ///
    /// Cost: one pass over sizes and folded sketches.
    pub fn candidates(&self, size: u64, sketch: &SetSketch, within: u64) -> Vec<Candidate<'_>> {
        let of = sketch.folded();
        let rows = self.folded.iter().zip(&self.heads);
        let mut near: Vec<Candidate<'_>> = rows
            .filter(|(anchor, _)| {
                size.abs_diff(anchor.size) < within && distance(&of, &anchor.sketch) < within
            })
            .filter_map(|(_, head)| {
                let at_least = sketch.distance(&head.sketch);
                (at_least < within).then_some(Candidate {
                    at_least,
                    id: head.id,
                    key: head.key,
                    sketch: &head.sketch,
                })
            })
            .collect();
        near.sort_unstable_by_key(|candidate| (candidate.at_least, candidate.id));
        near
    }
}
