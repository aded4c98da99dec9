//! What was released over an anchor, and how far that exposed its individuals.

use std::collections::BTreeMap;

use super::anchors::place;
use super::pages::{Pages, misplaced};
use super::{Ledger, SEALED_OVERHEAD};
use crate::entry::Entry;
use crate::error::LedgerError;
use crate::journal::{MOST_BODY, read};

const STATISTIC: &str = "sekisho-statistic/1";
const EXPOSURE: &str = "sekisho-exposure/1";

impl Ledger {
    /// The statistics that were added to an anchor, oldest first.
    pub fn statistics(&self, anchor: u64) -> Result<Vec<Vec<u8>>, LedgerError> {
        let pages = self.pages()?;
        let dataset = pages.book.anchors.dataset(anchor).cloned();
        let dataset = dataset.ok_or(LedgerError::UnknownAnchor(anchor))?;
        let positions = pages.store.statistics(anchor)?;
        drop(pages);
        let mut statistics = Vec::with_capacity(positions.len());
        for position in positions {
            let body = read(&self.dir, position)?;
            match Entry::decode(&body) {
                Ok(Entry::Statistic {
                    number,
                    anchor: of,
                    sealed,
                }) if of == anchor => {
                    let place = place(STATISTIC, &dataset, &[anchor, number]);
                    statistics.push(self.sealer.open(&place, sealed)?);
                }
                _ => return Err(misplaced()),
            }
        }
        Ok(statistics)
    }

    /// Remembers what is about to be released over anchors of this dataset. Durable
    /// with the next call that blocks; an unknown anchor refuses all of them.
    pub fn add_statistics(
        &self,
        dataset: &str,
        statistics: &[(u64, Vec<u8>)],
    ) -> Result<(), LedgerError> {
        let mut pages = self.pages()?;
        for (anchor, statistic) in statistics {
            expect_anchor(&pages, dataset, *anchor)?;
            if statistic.len() > MOST_BODY - SEALED_OVERHEAD {
                return Err(LedgerError::TooLarge(statistic.len()));
            }
        }
        self.append_all(
            &mut pages,
            statistics,
            |(_, statistic)| statistic.len() + SEALED_OVERHEAD,
            |pages, staged, (anchor, statistic)| {
                let number = pages.book.anchors.next();
                let place = place(STATISTIC, dataset, &[*anchor, number]);
                let entry = Entry::Statistic {
                    number,
                    anchor: *anchor,
                    sealed: &self.sealer.seal(&place, statistic)?,
                };
                pages.stage(staged, &entry)
            },
        )
    }

    /// What every anchor's individuals were exposed so far by releases over it,
    /// in units of 1e-9, ordered by anchor. A bound for one individual adds up
    /// the anchors that hold him.
    pub fn exposures(&self, dataset: &str) -> Result<Vec<(u64, u64)>, LedgerError> {
        let rows = self.pages()?.store.exposures(dataset)?;
        let mut exposures = BTreeMap::<u64, u64>::new();
        for row in rows {
            let place = place(EXPOSURE, dataset, &[row.anchor, row.number]);
            let nano = self.sealer.open(&place, &row.sealed)?;
            let nano = nano.try_into().map_err(|_| LedgerError::Sealed)?;
            let total = exposures.entry(row.anchor).or_default();
            *total = total.saturating_add(u64::from_be_bytes(nano));
        }
        Ok(exposures.into_iter().collect())
    }

    /// Adds to what an anchor's individuals were exposed, in units of 1e-9.
    /// Durable with the next call that blocks.
    pub fn add_exposure(&self, dataset: &str, anchor: u64, nano: u64) -> Result<(), LedgerError> {
        let mut pages = self.pages()?;
        expect_anchor(&pages, dataset, anchor)?;
        let number = pages.book.anchors.next();
        let place = place(EXPOSURE, dataset, &[anchor, number]);
        let sealed = self.sealer.seal(&place, &nano.to_be_bytes())?;
        let entry = Entry::Exposure {
            number,
            anchor,
            sealed: &sealed,
        };
        self.append(&mut pages, |pages, staged| pages.stage(staged, &entry))
    }
}

fn expect_anchor(pages: &Pages, dataset: &str, anchor: u64) -> Result<(), LedgerError> {
    match pages.book.anchors.dataset(anchor) {
        Some(of) if of.as_ref() == dataset => Ok(()),
        _ => Err(LedgerError::UnknownAnchor(anchor)),
    }
}
