//! What visits spend beside queries.

use sekisho_receipt::{Hex, Leaf, Metering};

use super::Ledger;
use crate::entry::Entry;
use crate::error::{LedgerError, ReserveError};
use crate::seal::blind;
use crate::visit::{Meter, Reserved};

impl Ledger {
    /// Spends what is known only now that the cohort of a charged visit is, all
    /// or nothing. Durable before it returns; never given back, whatever becomes
    /// of the visit. Spending nothing writes nothing.
    ///
    /// The amounts stand in clear in a leaf that auditors read and no visitor:
    /// one that follows a cohort's size should be rounded up first.
    pub fn meter(&self, reserved: &Reserved, meters: Vec<Meter>) -> Result<(), ReserveError> {
        let mut pages = self.pages()?;
        pages.expect_open(&reserved.charge)?;
        let meters = pages.book.meters.quote(meters)?;
        if meters.is_empty() {
            return Ok(());
        }
        let leaf = Leaf::Metering(Metering {
            sequence: pages.book.leaves(),
            charge_sequence: reserved.charge.sequence,
            project: reserved.charge.project.clone(),
            dataset: reserved.charge.dataset.clone(),
            meters,
            blind: Hex(blind()),
        });
        let leaf = leaf.to_bytes().map_err(LedgerError::from)?;
        self.append(&mut pages, |pages, staged| {
            pages.stage(staged, &Entry::Leaf(&leaf))
        })?;
        Ok(self.durable(pages)?)
    }

    /// What an account has spent. It never falls.
    pub fn metered(&self, account: &str) -> Result<u64, LedgerError> {
        Ok(self.pages()?.book.meters.spent(account))
    }
}
