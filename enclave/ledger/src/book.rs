//! The rules that every record must keep, held against the records before it.
//!
//! The same rules let a server open a ledger, guard what it appends, and let an
//! auditor verify a ledger or its export.

mod anchors;
mod consents;
mod meters;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use sekisho_receipt::merkle::{Hash, Tree, leaf_hash};
use sekisho_receipt::{Charge, Checkpoint, Digest, Leaf, Metering, Nonce, Release, VerifierKey};

use self::anchors::Anchors;
use self::consents::Sealing;
use self::meters::Meters;
use crate::entry::{Entry, Format, answer_digest};
use crate::error::LedgerError;
use crate::journal::Position;
use crate::visit::question;

/// Project and dataset.
pub(crate) type Account = (String, String);

/// What the records so far add up to.
#[derive(Debug, Default)]
pub(crate) struct Book {
    /// The leaves' tree.
    pub(crate) tree: Tree,
    /// What was charged, by project and dataset.
    pub(crate) spent: BTreeMap<Account, u64>,
    /// What was spent beside queries.
    pub(crate) meters: Meters,
    /// What was remembered of released sets.
    pub(crate) anchors: Anchors,
    /// Charges that were neither released nor abandoned.
    pub(crate) open: HashMap<u64, Charge>,
    /// The consortium's policy files in force.
    pub(crate) policy: Option<Digest>,
    /// The holder's.
    pub(crate) holder_policy: Option<Digest>,
    /// The newest checkpoint and the leaves that it covers.
    pub(crate) checkpoint: Option<(u64, String)>,
    /// The ledger's key, as its first record says.
    pub(crate) vkey: Option<VerifierKey>,
    /// What the journal may hold by now.
    pub(crate) format: Option<Format>,
    /// Sealed answers whose release has not come yet, by their charge.
    sealed: HashMap<u64, Sealed>,
    /// The newest sealed consent.
    consent: Sealing,
    exported: bool,
}

/// What a record means for the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// A leaf stands at this position.
    Leaf { sequence: u64, position: Position },
    /// What an account has spent.
    Spent { account: Account, spent: u64 },
    /// A permit was used.
    Nonce(Nonce),
    /// An idempotency key stands for this question.
    Request { request: Hash, question: Hash },
    /// The answer is sealed at this position and was released by this leaf.
    Answer {
        answer_key: Hash,
        release: u64,
        position: Position,
    },
    /// An anchor stands at this position.
    Anchor {
        dataset: Arc<str>,
        number: u64,
        head: Vec<u8>,
        position: Position,
    },
    /// A statistic of this anchor stands at this position.
    Statistic {
        anchor: u64,
        number: u64,
        position: Position,
    },
    /// A consent stands at this position.
    Consent {
        dataset: Arc<str>,
        number: u64,
        position: Position,
    },
    /// This anchor's individuals were exposed.
    Exposure {
        dataset: Arc<str>,
        anchor: u64,
        number: u64,
        sealed: Vec<u8>,
    },
}

#[derive(Debug)]
struct Sealed {
    answer_key: Hash,
    digest: Hash,
    position: Position,
}

impl Book {
    /// A book for an export, which has leaves and checkpoints but no sealed
    /// answers.
    pub(crate) fn of_export(vkey: VerifierKey) -> Self {
        Self {
            exported: true,
            vkey: Some(vkey),
            ..Self::default()
        }
    }

    /// The number of leaves.
    pub(crate) fn leaves(&self) -> u64 {
        self.tree.len()
    }

    /// Takes one more record. On an error, which says what is wrong with it,
    /// the book is not to be used any more.
    pub(crate) fn take(
        &mut self,
        entry: &Entry<'_>,
        position: Position,
    ) -> Result<Vec<Change>, String> {
        match (entry, &self.vkey) {
            (Entry::Header { format, vkey }, None) => {
                self.vkey = Some(vkey.parse().map_err(|error| format!("{error}"))?);
                self.format = Some(*format);
                Ok(Vec::new())
            }
            (Entry::Header { format, vkey }, Some(known)) => {
                if known.to_string() != *vkey || self.format >= Some(*format) {
                    return Err("a second beginning of the journal".to_owned());
                }
                self.format = Some(*format);
                Ok(Vec::new())
            }
            (_, None) => Err("the journal does not begin with the ledger's key".to_owned()),
            (Entry::Charge { request, leaf, .. }, Some(_)) => {
                let mut changes = self.take_leaf(leaf, position, true)?;
                if *request != [0; 32]
                    && let Ok(Leaf::Charge(charge)) = Leaf::from_bytes(leaf)
                {
                    changes.push(Change::Request {
                        request: *request,
                        question: question(&charge.dataset, &charge.canonical_digest.0),
                    });
                }
                Ok(changes)
            }
            (Entry::Leaf(leaf), Some(_)) => self.take_leaf(leaf, position, self.exported),
            (
                Entry::Answer {
                    answer_key,
                    charge,
                    remembered,
                    sealed,
                },
                Some(_),
            ) => {
                let expected = (self.format >= Some(Format::Two)).then(|| self.anchors.digest());
                if *remembered != expected {
                    return Err(
                        "the anchors, statistics or exposures before this answer are not those that it was released with"
                            .to_owned(),
                    );
                }
                if !self.open.contains_key(charge) {
                    return Err(format!("the answer's charge {charge} is not open"));
                }
                let sealed = Sealed {
                    answer_key: *answer_key,
                    digest: answer_digest(remembered.as_ref(), sealed),
                    position,
                };
                self.sealed.insert(*charge, sealed);
                Ok(Vec::new())
            }
            (Entry::Checkpoint(note), Some(key)) => {
                let checkpoint = Checkpoint::open(note, std::slice::from_ref(key));
                let checkpoint = checkpoint.map_err(|error| error.to_string())?;
                self.check(&checkpoint)?;
                self.checkpoint = Some((checkpoint.size, (*note).to_owned()));
                Ok(Vec::new())
            }
            (Entry::Anchor { .. } | Entry::Statistic { .. } | Entry::Exposure { .. }, Some(_)) => {
                if self.format < Some(Format::Two) {
                    return Err("the record is of a newer format than the journal".to_owned());
                }
                Ok(self.anchors.take(entry, position)?.into_iter().collect())
            }
            (Entry::Consent { sealed, .. }, Some(_)) => {
                if self.format < Some(Format::Three) {
                    return Err("the record is of a newer format than the journal".to_owned());
                }
                let change = self.anchors.take(entry, position)?;
                if let Some(Change::Consent { dataset, .. }) = &change {
                    self.consent.comes(dataset, sealed);
                }
                Ok(change.into_iter().collect())
            }
        }
    }

    /// Holds a checkpoint, whose signature was verified, against the leaves.
    pub(crate) fn check(&self, checkpoint: &Checkpoint) -> Result<(), String> {
        match self.tree.root_at(checkpoint.size) {
            None => Err(format!(
                "the checkpoint covers {} leaves, but there are {}",
                checkpoint.size,
                self.leaves()
            )),
            Some(root) if root != checkpoint.root => Err(format!(
                "the first {} leaves are not those that the checkpoint covers",
                checkpoint.size
            )),
            Some(_) => Ok(()),
        }
    }

    /// Verifies the checkpoint in a file and holds it against the leaves;
    /// returns how many it covers.
    pub(crate) fn expect(
        &self,
        path: &Path,
        note: &str,
        vkey: &VerifierKey,
    ) -> Result<u64, LedgerError> {
        let misfit = |reason: String| LedgerError::Checkpoint {
            path: path.to_owned(),
            reason,
        };
        let opened = Checkpoint::open(note, std::slice::from_ref(vkey));
        let checkpoint = opened.map_err(|error| misfit(error.to_string()))?;
        if checkpoint.size > self.leaves() {
            return Err(LedgerError::RolledBack {
                path: path.to_owned(),
                expected: checkpoint.size,
                found: self.leaves(),
            });
        }
        self.check(&checkpoint).map_err(misfit)?;
        Ok(checkpoint.size)
    }

    /// Forgets the charges of an earlier process: it took the right to commit
    /// them with it.
    pub(crate) fn forget_open(&mut self) {
        self.open.clear();
        self.sealed.clear();
    }

    fn take_leaf(
        &mut self,
        bytes: &[u8],
        position: Position,
        may_charge: bool,
    ) -> Result<Vec<Change>, String> {
        let leaf = Leaf::from_bytes(bytes).map_err(|error| error.to_string())?;
        let sequence = self.leaves();
        if leaf.sequence() != sequence {
            return Err(format!(
                "leaf {sequence} calls itself number {}",
                leaf.sequence()
            ));
        }
        let mut changes = vec![Change::Leaf { sequence, position }];
        match leaf {
            Leaf::Charge(charge) if may_charge => changes.extend(self.charge(charge)?),
            Leaf::Charge(_) => return Err(format!("leaf {sequence} charges out of place")),
            Leaf::Release(release) => changes.extend(self.release(&release)?),
            Leaf::Metering(metering) => self.metering(&metering)?,
            Leaf::Abandon(abandon) => {
                let charge = self.close(abandon.charge_sequence)?;
                if (&charge.project, &charge.dataset) != (&abandon.project, &abandon.dataset) {
                    return Err(format!("leaf {sequence} abandons another's charge"));
                }
            }
            Leaf::Policy(policy) => self.policy = Some(policy.policy_digest),
            Leaf::HolderPolicy(policy) => self.holder_policy = Some(policy.policy_digest),
            Leaf::Consent(_) if self.exported => {}
            Leaf::Consent(consent) => self.consent.vouched_by(&consent)?,
        }
        self.tree.push(leaf_hash(bytes));
        Ok(changes)
    }

    fn charge(&mut self, charge: Charge) -> Result<[Change; 2], String> {
        let account = (charge.project.clone(), charge.dataset.clone());
        let before = self.spent.get(&account).copied().unwrap_or(0);
        if charge.spent_before != before {
            return Err(format!(
                "`spent_before` is {}, but {before} had been charged",
                charge.spent_before
            ));
        }
        if before.checked_add(charge.charge) != Some(charge.spent_after) {
            return Err("`spent_after` is not `spent_before` and `charge`".to_owned());
        }
        if charge.spent_after > charge.limit {
            return Err("the charge exceeds the budget".to_owned());
        }
        self.meters.take(&charge.meters)?;
        let (spent, nonce) = (charge.spent_after, charge.nonce);
        self.spent.insert(account.clone(), spent);
        self.open.insert(charge.sequence, charge);
        Ok([Change::Spent { account, spent }, Change::Nonce(nonce)])
    }

    fn metering(&mut self, metering: &Metering) -> Result<(), String> {
        let charge = self.open.get(&metering.charge_sequence);
        let charge = charge.ok_or_else(|| not_open(metering.charge_sequence))?;
        if (&charge.project, &charge.dataset) != (&metering.project, &metering.dataset) {
            return Err(format!(
                "leaf {} meters another's charge",
                metering.sequence
            ));
        }
        self.meters.take(&metering.meters)
    }

    fn release(&mut self, release: &Release) -> Result<Option<Change>, String> {
        let charge = self.close(release.charge_sequence)?;
        if !repeats(release, &charge) {
            return Err(format!(
                "leaf {} does not say what its charge said",
                release.sequence
            ));
        }
        if self.exported {
            return Ok(None);
        }
        let sealed = self
            .sealed
            .remove(&release.charge_sequence)
            .ok_or("the release's answer is missing")?;
        if sealed.digest != release.answer_digest.0 {
            return Err("the sealed answer is not the one that was released".to_owned());
        }
        Ok(Some(Change::Answer {
            answer_key: sealed.answer_key,
            release: release.sequence,
            position: sealed.position,
        }))
    }

    fn close(&mut self, charge: u64) -> Result<Charge, String> {
        self.open.remove(&charge).ok_or_else(|| not_open(charge))
    }
}

fn not_open(charge: u64) -> String {
    format!("no open charge stands at leaf {charge}")
}

/// Whether a release says what its charge said.
fn repeats(release: &Release, charge: &Charge) -> bool {
    release.principal == charge.principal
        && release.project == charge.project
        && release.purpose == charge.purpose
        && release.operation == charge.operation
        && release.question_digest == charge.question_digest
        && release.canonical_digest == charge.canonical_digest
        && release.dataset == charge.dataset
        && release.snapshot == charge.snapshot
        && release.policy_digest == charge.policy_digest
        && release.holder_policy_digest == charge.holder_policy_digest
        && release.rules == charge.rules
        && release.profile == charge.profile
        && release.charge == charge.charge
        && release.limit == charge.limit
        && release.spent_before == charge.spent_before
        && release.spent_after == charge.spent_after
        && release.trace_id == charge.trace_id
}
