//! The anchors of a dataset, to be searched for those that are near.

use std::collections::HashMap;

use super::sketch::{COUNTERS, SetSketch};
use crate::SetKey;

/// Counters that are compared before the others: most anchors that are far are
/// far already by these.
const FIRST: usize = 16;

/// The anchors of a dataset: their sizes, keys and sketches. Their sets are
/// elsewhere, and read when a sketch is near.
///
/// The counters lie in columns of rows of [`FIRST`], so that a search reads
/// memory in order: 64 bytes an anchor, and the rest only of those that are near.
#[derive(Clone, Debug, Default)]
pub struct Index {
    ids: Vec<u64>,
    sizes: Vec<u64>,
    first: Vec<[u32; FIRST]>,
    rest: Vec<[u32; COUNTERS - FIRST]>,
    keys: HashMap<SetKey, usize>,
}

impl Index {
    /// Adds an anchor. Of equal sets the first stays.
    pub fn insert(&mut self, id: u64, size: u64, key: SetKey, sketch: &SetSketch) {
        let (Some(first), Some(rest)) = (
            sketch.counters().first_chunk::<FIRST>(),
            sketch.counters().last_chunk::<{ COUNTERS - FIRST }>(),
        ) else {
            return;
        };
        if self.keys.contains_key(&key) {
            return;
        }
        self.keys.insert(key, self.ids.len());
        self.ids.push(id);
        self.sizes.push(size);
        self.first.push(*first);
        self.rest.push(*rest);
    }

    /// How many anchors there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The anchor of this very set.
    pub fn exact(&self, key: SetKey) -> Option<u64> {
        let position = *self.keys.get(&key)?;
        self.ids.get(position).copied()
    }

    /// Every anchor that may differ from a set by fewer than `within`
    /// individuals, with a bound from below on the difference; the nearest by
    /// their sketches first, of equals the oldest.
    ///
    /// Cost: one pass over sizes and first counters.
    pub fn candidates(&self, size: u64, sketch: &SetSketch, within: u64) -> Vec<(u64, u64)> {
        let (Some(first), Some(rest)) = (
            sketch.counters().first_chunk::<FIRST>(),
            sketch.counters().last_chunk::<{ COUNTERS - FIRST }>(),
        ) else {
            return Vec::new();
        };
        let rows = self.first.iter().zip(&self.sizes).enumerate();
        let mut near: Vec<(u64, u64)> = rows
            .filter_map(|(position, (anchor, anchor_size))| {
                if size.abs_diff(*anchor_size) >= within {
                    return None;
                }
                let partly = distance(first, anchor);
                if partly >= within {
                    return None;
                }
                let wholly = partly + distance(rest, self.rest.get(position)?);
                (wholly < within).then_some((wholly, *self.ids.get(position)?))
            })
            .collect();
        near.sort_unstable();
        near
    }
}

/// The sum of differences, without a branch, so that it is vectorised.
fn distance<const N: usize>(a: &[u32; N], b: &[u32; N]) -> u64 {
    let sum = |sum: u32, (a, b): (&u32, &u32)| sum.wrapping_add(a.abs_diff(*b).min(1 << 20));
    u64::from(a.iter().zip(b).fold(0, sum))
}
