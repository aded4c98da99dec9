//! One `fdatasync` for everything that was written before it began.

use std::fs::File;
use std::io;
use std::sync::{Arc, Condvar, Mutex};

use crate::error::LedgerError;

/// Lets the first of the waiting threads sync for all of them.
#[derive(Debug, Default)]
pub(crate) struct GroupSync {
    state: Mutex<State>,
    turn: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Records that are durable.
    durable: u64,
    leading: bool,
    /// After a failed sync the system may have dropped the written pages, so
    /// that a second one would succeed and prove nothing.
    failed: bool,
}

impl GroupSync {
    /// Returns once `target` records are durable. `newest` gives the file to
    /// sync and the number of records that were written to it or before it.
    pub(crate) fn wait(
        &self,
        target: u64,
        newest: impl Fn() -> Result<(Arc<File>, u64), LedgerError>,
    ) -> Result<(), LedgerError> {
        let mut state = self.state.lock().map_err(|_| LedgerError::Halted)?;
        while state.durable < target {
            if state.failed {
                return Err(LedgerError::Halted);
            }
            if state.leading {
                state = self.turn.wait(state).map_err(|_| LedgerError::Halted)?;
                continue;
            }
            state.leading = true;
            drop(state);
            let synced = newest()
                .and_then(|(file, records)| file.sync_data().map(|()| records).map_err(sync_error));
            state = self.state.lock().map_err(|_| LedgerError::Halted)?;
            state.leading = false;
            self.turn.notify_all();
            match synced {
                Ok(records) => state.durable = state.durable.max(records),
                Err(error) => {
                    state.failed = true;
                    return Err(error);
                }
            }
        }
        Ok(())
    }
}

fn sync_error(source: io::Error) -> LedgerError {
    LedgerError::Io {
        action: "sync",
        path: "the journal".into(),
        source,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn file() -> Arc<File> {
        Arc::new(tempfile::tempfile().unwrap())
    }

    #[test]
    fn a_sync_covers_what_was_written_before_it_and_nothing_later() {
        let sync = GroupSync::default();
        sync.wait(3, || Ok((file(), 5))).unwrap();
        let never = || -> Result<(Arc<File>, u64), LedgerError> { Err(LedgerError::Halted) };
        sync.wait(5, never).unwrap();
        assert!(sync.wait(6, never).is_err());
    }

    #[test]
    fn after_a_failed_sync_none_is_believed() {
        let sync = GroupSync::default();
        assert!(sync.wait(1, || Err(LedgerError::Halted)).is_err());
        assert!(sync.wait(1, || Ok((file(), 1))).is_err());
    }
}
