//! Consent of individuals, for as long as the ledger exists: what it says is the
//! holder's, sealed and bound to its dataset and number. A leaf vouches for each
//! change; whom it is about leaves neither in a receipt nor in an export.

use sekisho_receipt::{Consent, Hex, Leaf};
use sha2::{Digest as _, Sha256};

use super::pages::misplaced;
use super::{Ledger, SEALED_OVERHEAD};
use crate::entry::Entry;
use crate::error::LedgerError;
use crate::journal::{MOST_BODY, read};
use crate::visit::digest;

/// What happened to consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentEvent {
    /// Consents came from a file.
    Import,
    /// Individuals withdrew.
    Withdraw,
    /// Individuals who had withdrawn are back.
    Reinstate,
}

impl ConsentEvent {
    /// The word for it in the leaf.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Withdraw => "withdraw",
            Self::Reinstate => "reinstate",
        }
    }
}

impl Ledger {
    /// Remembers a change of consent at a dataset, under a new checkpoint.
    /// Durable before it returns; nothing is remembered in part.
    pub fn record_consent(
        &self,
        dataset: &str,
        event: ConsentEvent,
        contents: &[u8],
        at_ms: i64,
    ) -> Result<(), LedgerError> {
        if contents.len() > MOST_BODY - 2 * SEALED_OVERHEAD {
            return Err(LedgerError::TooLarge(contents.len()));
        }
        let mut pages = self.pages()?;
        let number = pages.book.anchors.next();
        let sealed = self.sealer.seal(&place(dataset, number), contents)?;
        let leaf = Leaf::Consent(Consent {
            sequence: pages.book.leaves(),
            at_ms,
            dataset: dataset.to_owned(),
            event: event.as_str().to_owned(),
            record_digest: Hex(Sha256::digest(&sealed).into()),
        });
        let leaf = leaf.to_bytes()?;
        self.append(&mut pages, |pages, staged| {
            let entry = Entry::Consent {
                number,
                dataset,
                sealed: &sealed,
            };
            pages.stage(staged, &entry)?;
            pages.stage(staged, &Entry::Leaf(&leaf))?;
            self.stage_checkpoint(pages, staged)
        })?;
        drop(pages);
        self.checkpoint().map(drop)
    }

    /// Every change of consent at a dataset, oldest first.
    pub fn consents(&self, dataset: &str) -> Result<Vec<Vec<u8>>, LedgerError> {
        let positions = self.pages()?.store.consents(dataset)?;
        let mut contents = Vec::with_capacity(positions.len());
        for position in positions {
            let body = read(&self.dir, position)?;
            let Ok(Entry::Consent {
                number,
                dataset: of,
                sealed,
            }) = Entry::decode(&body)
            else {
                return Err(misplaced());
            };
            if of != dataset {
                return Err(misplaced());
            }
            contents.push(self.sealer.open(&place(dataset, number), sealed)?);
        }
        Ok(contents)
    }
}

fn place(dataset: &str, number: u64) -> sekisho_receipt::merkle::Hash {
    digest(
        "sekisho-consent/1",
        &[dataset.as_bytes(), &number.to_be_bytes()],
    )
}
