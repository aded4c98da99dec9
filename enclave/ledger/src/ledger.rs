//! The ledger that a server writes.

mod anchors;
mod consents;
mod meters;
mod open;
mod pages;
mod policies;
mod statistics;

#[cfg(test)]
pub(crate) mod tests;

use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard};

use sekisho_receipt::{Abandon, Charge, Checkpoint, Hex, Leaf, Receipt, SigningKey, VerifierKey};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

pub use self::anchors::{AnchorHead, AnchorRecord};
pub use self::consents::ConsentEvent;
use self::pages::{Pages, Staged, misplaced};
pub use self::policies::Door;
use crate::entry::{Entry, answer_digest};
use crate::error::{LedgerError, ReserveError, io_error};
use crate::group_sync::GroupSync;
use crate::journal::{MOST_BODY, Torn};
use crate::seal::Sealer;
use crate::spent_nonces::SpentNonces;
use crate::visit::{AnswerKey, Committed, Outcome, Reserved, Visit, question};

/// The newest checkpoint's file in the ledger's directory.
pub(crate) const CHECKPOINT_FILE: &str = "checkpoint";

/// Room for a sealed answer's nonce, tag and place in its record.
const SEALED_OVERHEAD: usize = 128;

/// What a ledger is opened with.
#[derive(Clone)]
pub struct Config {
    /// The ledger's directory; made if it is missing.
    pub dir: PathBuf,
    /// The log's name, for example `sekisho/ncc`.
    pub origin: String,
    /// The Ed25519 seed that signs checkpoints.
    pub signing_seed: Zeroizing<[u8; 32]>,
    /// The key that seals answers, sets and statistics.
    pub sealing_key: Zeroizing<[u8; 32]>,
}

/// A ledger, open for writing by this process alone. `Send` and `Sync`. A call blocks
/// until what it says is durable, but for anchors, statistics and exposures: they are
/// durable with the next call that blocks, since nothing leaves before a commit.
pub struct Ledger {
    dir: PathBuf,
    signer: SigningKey,
    sealer: Sealer,
    pages: Mutex<Pages>,
    sync: GroupSync,
    /// The leaves that the published checkpoint covers.
    published: Mutex<u64>,
    free_nonces: Mutex<SpentNonces>,
    recovered: Option<Torn>,
    _lock: File,
}

impl Ledger {
    /// The key that verifies this ledger's receipts.
    pub fn vkey(&self) -> VerifierKey {
        self.signer.verifier().clone()
    }

    /// What a crash had left unfinished and opening removed, to be reported to
    /// the operator. It was never acknowledged.
    pub fn recovered(&self) -> Option<&Torn> {
        self.recovered.as_ref()
    }

    /// Charges a visit and spends from its meters, all or nothing. Durable
    /// before it returns; on any refusal nothing is charged and the permit stays
    /// unused.
    pub fn reserve(&self, visit: Visit, charge: u64, limit: u64) -> Result<Reserved, ReserveError> {
        if visit.nonce_expires_at_ms < visit.at_ms {
            return Err(ReserveError::NonceExpired);
        }
        let (answer_key, request) = (visit.answer_key().digest(), visit.request_digest());
        let nonce = Hex(visit.nonce);
        let account = (visit.project.clone(), visit.dataset.clone());
        let mut pages = self.pages()?;
        let checked = self.free_nonces.lock().map_err(|_| LedgerError::Halted)?;
        if checked.contains(&nonce) || pages.store.has_nonce(&nonce)? {
            return Err(ReserveError::NonceUsed);
        }
        drop(checked);
        if pages
            .store
            .request(&request)?
            .is_some_and(|earlier| earlier != question(&visit.dataset, &visit.canonical_digest))
        {
            return Err(ReserveError::IdempotencyConflict);
        }
        let spent_before = pages.store.spent(&account)?;
        let spent_after = spent_before
            .checked_add(charge)
            .filter(|after| *after <= limit);
        let Some(spent_after) = spent_after else {
            let spent = spent_before;
            return Err(ReserveError::Exhausted { limit, spent });
        };
        let meters = pages.book.meters.quote(visit.meters)?;
        let charge = Charge {
            sequence: pages.book.leaves(),
            at_ms: visit.at_ms,
            principal: Hex(Sha256::digest(&visit.principal).into()),
            project: visit.project,
            purpose: visit.purpose,
            operation: visit.operation,
            question_digest: Hex(visit.question_digest),
            canonical_digest: Hex(visit.canonical_digest),
            dataset: visit.dataset,
            snapshot: visit.snapshot,
            policy_digest: Hex(visit.policy_digest),
            holder_policy_digest: visit.holder_policy_digest.map(Hex),
            rules: visit.rules,
            profile: visit.profile,
            nonce,
            nonce_expires_at_ms: visit.nonce_expires_at_ms,
            charge,
            limit,
            spent_before,
            spent_after,
            meters,
            trace_id: visit.trace_id,
        };
        let leaf = Leaf::Charge(charge.clone())
            .to_bytes()
            .map_err(LedgerError::from)?;
        self.append(&mut pages, |pages, staged| {
            pages.stage(
                staged,
                &Entry::Charge {
                    answer_key,
                    request,
                    leaf: &leaf,
                },
            )
        })?;
        self.durable(pages)?;
        Ok(Reserved { charge, answer_key })
    }

    /// Releases an answer for a charge: its leaf, the sealed answer and a
    /// signed checkpoint over them, durable before it returns, as is everything that
    /// was remembered before.
    pub fn commit(
        &self,
        reserved: Reserved,
        outcome: Outcome,
        answer: &[u8],
    ) -> Result<Committed, LedgerError> {
        if answer.len() > MOST_BODY - SEALED_OVERHEAD {
            return Err(LedgerError::TooLarge(answer.len()));
        }
        let answer_key = reserved.answer_key;
        let sealed = self.sealer.seal(&answer_key, answer)?;
        let mut pages = self.pages()?;
        pages.expect_open(&reserved.charge)?;
        let remembered = pages.book.anchors.digest();
        let digest = answer_digest(Some(&remembered), &sealed);
        let release = reserved.release(outcome, pages.book.leaves(), digest);
        let leaf = Leaf::Release(release.clone()).to_bytes()?;
        self.append(&mut pages, |pages, staged| {
            let answer = Entry::Answer {
                answer_key,
                charge: release.charge_sequence,
                remembered: Some(remembered),
                sealed: &sealed,
            };
            pages.stage(staged, &answer)?;
            pages.stage(staged, &Entry::Leaf(&leaf))?;
            self.stage_checkpoint(pages, staged)
        })?;
        let account = (release.project.clone(), release.dataset.clone());
        let committed = Committed {
            receipt: pages.receipt(leaf, release.sequence)?,
            spent: pages.store.spent(&account)?,
            release,
        };
        self.durable(pages)?;
        self.publish(committed.receipt.tree_size, &committed.receipt.checkpoint)?;
        Ok(committed)
    }

    /// Ends a visit that releases nothing. The charge stays.
    pub fn abandon(&self, reserved: Reserved) -> Result<(), LedgerError> {
        let mut pages = self.pages()?;
        pages.expect_open(&reserved.charge)?;
        let leaf = Leaf::Abandon(Abandon {
            sequence: pages.book.leaves(),
            charge_sequence: reserved.charge.sequence,
            project: reserved.charge.project,
            dataset: reserved.charge.dataset,
        });
        let leaf = leaf.to_bytes()?;
        self.append(&mut pages, |pages, staged| {
            pages.stage(staged, &Entry::Leaf(&leaf))
        })?;
        self.durable(pages)
    }

    /// What a project has spent at a dataset. It never falls.
    pub fn spent(&self, project: &str, dataset: &str) -> Result<u64, LedgerError> {
        let account = (project.to_owned(), dataset.to_owned());
        self.pages()?.store.spent(&account)
    }

    /// The answer that was released to this question before, free, with a
    /// receipt against the newest checkpoint. Of two answers that were computed
    /// at the same time, the first.
    pub fn answer(&self, key: &AnswerKey) -> Result<Option<(Committed, Vec<u8>)>, LedgerError> {
        let answer_key = key.digest();
        let pages = self.pages()?;
        let Some((sequence, position)) = pages.store.answer(&answer_key)? else {
            return Ok(None);
        };
        let leaf = pages.leaf(sequence)?.ok_or_else(misplaced)?;
        let Leaf::Release(release) = Leaf::from_bytes(&leaf)? else {
            return Err(misplaced());
        };
        let body = pages.journal.read(position)?;
        let Ok(Entry::Answer {
            remembered, sealed, ..
        }) = Entry::decode(&body)
        else {
            return Err(misplaced());
        };
        if answer_digest(remembered.as_ref(), sealed) != release.answer_digest.0 {
            return Err(LedgerError::Sealed);
        }
        let answer = self.sealer.open(&answer_key, sealed)?;
        let account = (release.project.clone(), release.dataset.clone());
        let committed = Committed {
            receipt: pages.receipt(leaf, sequence)?,
            spent: pages.store.spent(&account)?,
            release,
        };
        self.durable(pages)?;
        Ok(Some((committed, answer)))
    }

    /// Uses up the permit of an operation that charges nothing and touches no
    /// data. It is remembered in memory until it expires: a write for each such
    /// call would cost more than the call, and after a restart a replay within
    /// those few minutes gains nothing.
    pub fn spend_nonce(
        &self,
        nonce: [u8; 16],
        expires_at_ms: i64,
        now_ms: i64,
    ) -> Result<(), ReserveError> {
        let nonce = Hex(nonce);
        let pages = self.pages()?;
        if pages.store.has_nonce(&nonce)? {
            return Err(ReserveError::NonceUsed);
        }
        let mut nonces = self.free_nonces.lock().map_err(|_| LedgerError::Halted)?;
        nonces.spend(nonce, expires_at_ms, now_ms)
    }

    /// The receipt of one of this project's leaves at this dataset; none if it
    /// is another's, or a metering, whose amounts may tell of a cohort.
    pub fn receipt(
        &self,
        project: &str,
        dataset: &str,
        leaf_index: u64,
    ) -> Result<Option<Receipt>, LedgerError> {
        let mut pages = self.pages()?;
        let Some(leaf) = pages.leaf(leaf_index)? else {
            return Ok(None);
        };
        let parsed = Leaf::from_bytes(&leaf)?;
        let own = parsed.account() == Some((project, dataset));
        if !own || matches!(parsed, Leaf::Metering(_)) {
            return Ok(None);
        }
        if pages.covered() <= leaf_index {
            self.append(&mut pages, |pages, staged| {
                self.stage_checkpoint(pages, staged)
            })?;
        }
        let receipt = pages.receipt(leaf, leaf_index)?;
        self.durable(pages)?;
        self.publish(receipt.tree_size, &receipt.checkpoint)?;
        Ok(Some(receipt))
    }

    /// A signed checkpoint over every leaf so far, to be published and kept by
    /// others.
    pub fn checkpoint(&self) -> Result<String, LedgerError> {
        let mut pages = self.pages()?;
        if pages.book.checkpoint.is_none() || pages.covered() < pages.book.leaves() {
            self.append(&mut pages, |pages, staged| {
                self.stage_checkpoint(pages, staged)
            })?;
        }
        let (size, note) = pages.book.checkpoint.clone().ok_or(LedgerError::Halted)?;
        self.durable(pages)?;
        self.publish(size, &note)?;
        Ok(note)
    }

    fn pages(&self) -> Result<MutexGuard<'_, Pages>, LedgerError> {
        let pages = self.pages.lock().map_err(|_| LedgerError::Halted)?;
        if pages.halted {
            return Err(LedgerError::Halted);
        }
        Ok(pages)
    }

    /// Stages records and writes them at once. They are not durable yet. If
    /// anything fails, memory and disk may disagree: nothing more is written
    /// until the ledger is opened again.
    fn append(
        &self,
        pages: &mut Pages,
        stage: impl FnOnce(&mut Pages, &mut Staged) -> Result<(), LedgerError>,
    ) -> Result<(), LedgerError> {
        let written = pages.begin().and_then(|mut staged| {
            stage(pages, &mut staged)?;
            pages.write(staged)
        });
        pages.halted = written.is_err();
        written
    }

    fn stage_checkpoint(&self, pages: &mut Pages, staged: &mut Staged) -> Result<(), LedgerError> {
        let checkpoint = Checkpoint {
            origin: self.signer.verifier().origin().to_owned(),
            size: pages.book.leaves(),
            root: pages.book.tree.root(),
        };
        let note = checkpoint.sign(&self.signer);
        pages.stage(staged, &Entry::Checkpoint(&note))
    }

    /// Lets others write and waits until everything written so far is durable.
    fn durable(&self, pages: MutexGuard<'_, Pages>) -> Result<(), LedgerError> {
        let target = pages.journal.records();
        drop(pages);
        let synced = self.sync.wait(target, || {
            let pages = self.pages()?;
            Ok((pages.journal.newest(), pages.journal.records()))
        });
        if synced.is_err()
            && let Ok(mut pages) = self.pages.lock()
        {
            pages.halted = true;
        }
        synced?;
        // A segment is synced when it is full, too; if that failed, the system says so
        // only once, and what came after it proves nothing.
        self.pages().map(drop)
    }

    /// Replaces the checkpoint's file, unless it is newer. Only what is durable
    /// is published, so a journal with fewer leaves was rolled back.
    fn publish(&self, size: u64, note: &str) -> Result<(), LedgerError> {
        let mut published = self.published.lock().map_err(|_| LedgerError::Halted)?;
        if *published >= size {
            return Ok(());
        }
        let path = self.dir.join(CHECKPOINT_FILE);
        let new = self.dir.join("checkpoint.new");
        fs::write(&new, note).map_err(io_error("write", &new))?;
        fs::rename(&new, &path).map_err(io_error("replace", &path))?;
        *published = size;
        Ok(())
    }
}
