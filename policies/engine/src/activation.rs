//! Sets that come into force, one after the other, and the record of it.
//!
//! ```text
//! ACTIVE/
//!   current -> sets/8      what servers read; turning this link is all that activating does to them
//!   sets/7  sets/8         each set as it was activated, with its signatures
//!   activations.jsonl      one line for each activation and rollback, chained by SHA-256
//! ```

mod journal;

use std::{
    fs, io,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use jiff::Timestamp;

use crate::{
    files::{self, Folder, SIGNATURES},
    finding::Rejected,
    holder::HolderSet,
    page::{self, Signing},
    set::PolicySet,
    signature::verified,
};

use journal::Journal;
pub use journal::{Action, Activation, JournalError};

const SETS: &str = "sets";
const CURRENT: &str = "current";

/// A folder of sets that were activated.
#[derive(Debug)]
pub struct Active {
    folder: PathBuf,
}

/// Why a set did not come into force. What was in force stays.
#[derive(Debug, thiserror::Error)]
pub enum ActivationError {
    /// The files, or their signatures, are not what they must be.
    #[error(transparent)]
    Rejected(#[from] Rejected),
    /// A statement that was used before, or an older one.
    #[error(
        "the signed serial is {signed}, and {newest} was in force already; sign these files under {} or a later one",
        newest + 1
    )]
    Replayed {
        /// The statement's.
        signed: u64,
        /// The largest so far.
        newest: u64,
    },
    /// There is no such set.
    #[error("there is no set {0} to go back to; `history` lists those that were in force")]
    NoSet(u64),
    /// The files of an earlier set are not those that were in force.
    #[error(
        "`{}` was altered since it was in force; restore it from a backup, or activate its files as a new set",
        .0.display()
    )]
    NotAsItWas(PathBuf),
    /// Nothing came into force before.
    #[error("there is no earlier set to go back to")]
    Nothing,
    /// The record was altered.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A file cannot be read or written.
    #[error("`{}`: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Active {
    /// A folder that need not exist yet.
    pub fn new(folder: impl Into<PathBuf>) -> Active {
        Active {
            folder: folder.into(),
        }
    }

    /// The set that is in force; servers read it.
    pub fn current(&self) -> PathBuf {
        self.folder.join(CURRENT)
    }

    /// What came into force, oldest first.
    ///
    /// # Errors
    ///
    /// If the record cannot be read, or was altered.
    pub fn history(&self) -> Result<Vec<Activation>, ActivationError> {
        Ok(Journal::read(&self.folder)?.entries)
    }

    /// Brings a folder's files into force, if they load, their tests hold and enough people signed
    /// them. Whose signatures count, the set in force says, or this one if it is the first.
    ///
    /// # Errors
    ///
    /// Whatever stands against it.
    pub fn activate(&self, dir: &Path, at: Timestamp) -> Result<Activation, ActivationError> {
        let folder = files::read(dir).map_err(Rejected::of)?;
        self.bring(&folder, Action::Activate, at)
    }

    /// Brings an earlier set into force again: the one before the present one, or the one of a
    /// serial. Where people sign, they sign this too, under a new serial: `signatures` is a folder
    /// with their statement.
    ///
    /// # Errors
    ///
    /// Whatever stands against it.
    pub fn roll_back(
        &self,
        to: Option<u64>,
        signatures: Option<&Path>,
        at: Timestamp,
    ) -> Result<Activation, ActivationError> {
        let history = self.history()?;
        let present = history.last().ok_or(ActivationError::Nothing)?;
        let serial = match to {
            Some(serial) => serial,
            None => {
                let earlier = history.iter().rev();
                let other = earlier.filter(|entry| entry.digest != present.digest);
                other
                    .map(|entry| entry.serial)
                    .next()
                    .ok_or(ActivationError::Nothing)?
            }
        };
        let set = self.set(serial);
        if !set.is_dir() {
            return Err(ActivationError::NoSet(serial));
        }
        let mut folder = files::read(&set).map_err(Rejected::of)?;
        let was = history.iter().rev().find(|entry| entry.serial == serial);
        let is = hex::encode(files::digest(&folder.files));
        if was.is_none_or(|entry| entry.digest != is) {
            return Err(ActivationError::NotAsItWas(set));
        }
        folder.signatures = match signatures {
            Some(signatures) => read_signatures(signatures)?,
            None => files::Files::new(),
        };
        self.bring(&folder, Action::RollBack { to: serial }, at)
    }

    fn bring(
        &self,
        folder: &Folder,
        action: Action,
        at: Timestamp,
    ) -> Result<Activation, ActivationError> {
        let own = loads(folder)?;
        let _alone = self.alone()?;
        let digest = hex::encode(files::digest(&folder.files));
        let mut journal = Journal::read(&self.folder)?;
        let newest = journal.entries.iter().map(|entry| entry.serial).max();
        let signing = match newest {
            None => own,
            // Its page alone: that it loads, was seen when it came into force.
            Some(_) => {
                let current = files::read(&self.current()).map_err(Rejected::of)?;
                page::signing(&current.files)?
            }
        };
        let (serial, signers) = match signing {
            None => (newest.unwrap_or(0) + 1, Vec::new()),
            Some(signing) => {
                let signed = verified(&folder.files, &folder.signatures, &signing)?;
                if let Some(last) = journal.entries.last()
                    && (last.serial, &last.digest) == (signed.serial, &digest)
                    && fs::read_link(self.current()).ok() != Some(link_to(last.serial))
                {
                    // It was cut off when it stood in the record.
                    self.turn(last.serial)?;
                    return Ok(last.clone());
                }
                if let Some(newest) = newest.filter(|newest| signed.serial <= *newest) {
                    let signed = signed.serial;
                    return Err(ActivationError::Replayed { signed, newest });
                }
                (signed.serial, signed.signers.into_iter().collect())
            }
        };
        self.keep(folder, serial)?;
        let activation = Activation {
            serial,
            digest,
            at,
            action,
            signers,
        };
        journal.append(activation.clone())?;
        self.turn(serial)?;
        Ok(activation)
    }

    /// Keeps other activations of this folder waiting.
    fn alone(&self) -> Result<fs::File, ActivationError> {
        fs::create_dir_all(&self.folder).map_err(failed(&self.folder))?;
        let folder = fs::File::open(&self.folder).map_err(failed(&self.folder))?;
        folder.lock().map_err(failed(&self.folder))?;
        Ok(folder)
    }

    /// Writes a set beside the others. It is not in force yet.
    fn keep(&self, folder: &Folder, serial: u64) -> Result<(), ActivationError> {
        let set = self.set(serial);
        let new = self.folder.join(SETS).join(format!("{serial}.new"));
        for left_over in [&set, &new] {
            // What an activation that was cut off left here was never in force.
            if left_over.exists() {
                fs::remove_dir_all(left_over).map_err(failed(left_over))?;
            }
        }
        let signatures = folder.signatures.iter();
        let signatures = signatures.map(|(name, bytes)| (format!("{SIGNATURES}/{name}"), bytes));
        let files = folder
            .files
            .iter()
            .map(|(name, bytes)| (name.clone(), bytes));
        for (name, bytes) in files.chain(signatures) {
            let path = new.join(name);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).map_err(failed(parent))?;
            }
            let written = fs::File::create(&path).and_then(|mut file| {
                io::Write::write_all(&mut file, bytes)?;
                file.sync_all()
            });
            written.map_err(failed(&path))?;
        }
        fs::rename(&new, &set).map_err(failed(&set))?;
        let sets = self.folder.join(SETS);
        files::sync(&sets).map_err(failed(&sets))
    }

    /// Turns the link that servers follow.
    fn turn(&self, serial: u64) -> Result<(), ActivationError> {
        let (link, new) = (self.current(), self.folder.join("current.new"));
        if new.is_symlink() {
            fs::remove_file(&new).map_err(failed(&new))?;
        }
        symlink(link_to(serial), &new).map_err(failed(&new))?;
        fs::rename(&new, &link).map_err(failed(&link))?;
        files::sync(&self.folder).map_err(failed(&self.folder))
    }

    fn set(&self, serial: u64) -> PathBuf {
        self.folder.join(SETS).join(serial.to_string())
    }
}

/// What the link says.
fn link_to(serial: u64) -> PathBuf {
    Path::new(SETS).join(serial.to_string())
}

/// Whose signatures the next set needs, if these files load.
fn loads(folder: &Folder) -> Result<Option<Signing>, Rejected> {
    if folder.files.contains_key("holder.toml") {
        let set = HolderSet::from_files(&folder.files)?;
        return Ok(set.signing().cloned());
    }
    let set = PolicySet::from_files(&folder.files)?;
    Ok(set.signing().cloned())
}

/// The signatures of a folder that was signed, or of its folder `signatures`.
fn read_signatures(dir: &Path) -> Result<files::Files, ActivationError> {
    let inner = dir.join(SIGNATURES);
    let dir = if inner.is_dir() { &inner } else { dir };
    let mut signatures = files::Files::new();
    for entry in fs::read_dir(dir).map_err(failed(dir))? {
        let path = entry.map_err(failed(dir))?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if let Some(name) = name.filter(|_| path.is_file()) {
            let bytes = fs::read(&path).map_err(failed(&path))?;
            signatures.insert(name.to_owned(), bytes);
        }
    }
    Ok(signatures)
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> ActivationError {
    let path = path.to_owned();
    |source| ActivationError::Io { path, source }
}
