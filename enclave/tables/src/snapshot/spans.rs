//! Spans of genotypes that are kept in memory.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Snapshot, SnapshotError, Span};

/// Spans that were read, up to a number of bytes. One that finds no room is read
/// anew each time: a scan of more than there is room for keeps what it found.
#[derive(Debug)]
pub struct Spans {
    room: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    bytes: usize,
    spans: HashMap<(Arc<str>, u32), Arc<Span>>,
    /// Snapshots that were forgotten: a visit that still reads one keeps nothing of it.
    gone: HashSet<Box<str>>,
}

impl Spans {
    /// Room for so many bytes.
    pub fn new(room: usize) -> Self {
        Self {
            room,
            kept: Mutex::default(),
        }
    }

    /// Span `number` of a snapshot: its variants from `number` · [`super::SPAN`] on.
    ///
    /// # Errors
    ///
    /// If the snapshot has no genotypes or a file cannot be read.
    pub fn of(&self, snapshot: &Snapshot, number: u32) -> Result<Arc<Span>, SnapshotError> {
        let name = (Arc::from(snapshot.id()), number);
        if let Some(kept) = self.kept().spans.get(&name) {
            return Ok(Arc::clone(kept));
        }
        let span = Arc::new(Span::read(snapshot, number)?);
        let bytes = span.bytes();
        let mut kept = self.kept();
        let fits = kept.bytes.saturating_add(bytes) <= self.room;
        if fits && !kept.gone.contains(snapshot.id()) && !kept.spans.contains_key(&name) {
            kept.bytes += bytes;
            kept.spans.insert(name, Arc::clone(&span));
        }
        Ok(span)
    }

    /// Forgets a snapshot that is no longer visited.
    pub fn forget(&self, snapshot: &str) {
        let mut kept = self.kept();
        let mut freed = 0;
        kept.spans.retain(|(of, _), span| {
            let stays = &**of != snapshot;
            if !stays {
                freed += span.bytes();
            }
            stays
        });
        kept.bytes = kept.bytes.saturating_sub(freed);
        kept.gone.insert(snapshot.into());
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
