//! The rows of anchors, statistics, exposures and consents. What a row holds of
//! them is sealed as it is in the journal.

use super::{
    ANCHOR, CONSENT, EXPOSURE, STATISTIC, Store, failed, key, malformed, number, position,
};
use crate::error::LedgerError;
use crate::journal::Position;

/// An anchor's row.
#[derive(Debug)]
pub(crate) struct AnchorRow {
    pub(crate) number: u64,
    pub(crate) position: Position,
    pub(crate) head: Vec<u8>,
}

/// An exposure's row.
#[derive(Debug)]
pub(crate) struct ExposureRow {
    pub(crate) anchor: u64,
    pub(crate) number: u64,
    pub(crate) sealed: Vec<u8>,
}

/// A position's bytes.
const POSITION: usize = 12;

impl Store {
    /// The anchors of a dataset, oldest first.
    pub(crate) fn anchors(&self, dataset: &str) -> Result<Vec<AnchorRow>, LedgerError> {
        let prefix = row_key(ANCHOR, dataset, &[]);
        let mut rows = Vec::new();
        for row in self.0.scan_prefix(&prefix) {
            let (key, value) = row.map_err(failed)?;
            let named = number(key.get(prefix.len()..).unwrap_or_default())?;
            rows.push(anchor(named, &value)?);
        }
        Ok(rows)
    }

    /// One anchor of a dataset.
    pub(crate) fn anchor(
        &self,
        dataset: &str,
        named: u64,
    ) -> Result<Option<AnchorRow>, LedgerError> {
        let value = self
            .0
            .get(row_key(ANCHOR, dataset, &[named]))
            .map_err(failed)?;
        value.map(|value| anchor(named, &value)).transpose()
    }

    /// Where the statistics of an anchor stand, oldest first.
    pub(crate) fn statistics(&self, anchor: u64) -> Result<Vec<Position>, LedgerError> {
        let rows = self.0.scan_prefix(key(STATISTIC, &anchor.to_be_bytes()));
        rows.map(|row| position(&row.map_err(failed)?.1)).collect()
    }

    /// Where the consents of a dataset stand, oldest first.
    pub(crate) fn consents(&self, dataset: &str) -> Result<Vec<Position>, LedgerError> {
        let rows = self.0.scan_prefix(row_key(CONSENT, dataset, &[]));
        rows.map(|row| position(&row.map_err(failed)?.1)).collect()
    }

    /// The exposures at a dataset, by anchor.
    pub(crate) fn exposures(&self, dataset: &str) -> Result<Vec<ExposureRow>, LedgerError> {
        let prefix = row_key(EXPOSURE, dataset, &[]);
        let mut rows = Vec::new();
        for row in self.0.scan_prefix(&prefix) {
            let (key, value) = row.map_err(failed)?;
            let place = key.get(prefix.len()..).unwrap_or_default();
            let (anchor, rest) = place.split_first_chunk().ok_or_else(malformed)?;
            rows.push(ExposureRow {
                anchor: u64::from_be_bytes(*anchor),
                number: number(rest)?,
                sealed: value.to_vec(),
            });
        }
        Ok(rows)
    }
}

/// The dataset's name behind its length, so that no name begins another's rows.
pub(super) fn row_key(kind: u8, dataset: &str, numbers: &[u64]) -> Vec<u8> {
    let mut bytes = key(kind, &(dataset.len() as u64).to_be_bytes());
    bytes.extend_from_slice(dataset.as_bytes());
    for number in numbers {
        bytes.extend_from_slice(&number.to_be_bytes());
    }
    bytes
}

fn anchor(number: u64, value: &[u8]) -> Result<AnchorRow, LedgerError> {
    let (at, head) = value.split_at_checked(POSITION).ok_or_else(malformed)?;
    Ok(AnchorRow {
        number,
        position: position(at)?,
        head: head.to_vec(),
    })
}
