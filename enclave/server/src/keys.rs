//! The ledger's keys: the seed that signs checkpoints, the key that seals
//! answers, and the key that noise is drawn from, each 32 bytes in a file that
//! nobody but the owner can read.

use std::{
    fs,
    io::Write as _,
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _},
    path::Path,
};

use anyhow::{Context as _, bail};
use sekisho_ledger::{Ledger, LedgerError};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::config;

const SIGNING: &str = "signing.key";
const SEALING: &str = "sealing.key";
const NOISE: &str = "noise.key";

/// The keys of a ledger.
pub(crate) struct LedgerKeys {
    pub(crate) signing_seed: Zeroizing<[u8; 32]>,
    pub(crate) sealing_key: Zeroizing<[u8; 32]>,
    /// It stays with the ledger: under another key repeated questions would draw
    /// anew, and could be averaged.
    pub(crate) noise_key: Zeroizing<[u8; 32]>,
}

impl LedgerKeys {
    /// Opens the ledger that the keys are of, and locks it.
    pub(crate) fn ledger(self, config: &config::Ledger) -> Result<Ledger, LedgerError> {
        Ledger::open(sekisho_ledger::Config {
            dir: config.dir.clone(),
            origin: config.origin.clone(),
            signing_seed: self.signing_seed,
            sealing_key: self.sealing_key,
        })
    }

    /// Reads the keys. On the very first start, when there is no ledger yet
    /// either, makes new ones: with a ledger and other keys, earlier receipts
    /// and answers would be lost.
    pub(crate) fn open(folder: &Path, ledger: &Path) -> anyhow::Result<Self> {
        if !folder.exists() && !ledger.exists() {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)
                .with_context(|| format!("cannot make `{}`", folder.display()))?;
            for name in [SIGNING, SEALING, NOISE] {
                write(&folder.join(name))?;
            }
            fs::File::open(folder)
                .and_then(|folder| folder.sync_all())
                .context("cannot sync the keys")?;
        }
        Ok(Self {
            signing_seed: read(&folder.join(SIGNING))?,
            sealing_key: read(&folder.join(SEALING))?,
            noise_key: read(&folder.join(NOISE))?,
        })
    }
}

/// The key of a dataset's noise, whichever the snapshot.
pub(crate) fn of_dataset(noise_key: &[u8; 32], dataset: &str) -> [u8; 32] {
    let mut sha = Sha256::new();
    sha.update(b"sekisho-noise/1");
    sha.update(noise_key);
    sha.update(dataset.as_bytes());
    sha.finalize().into()
}

fn write(file: &Path) -> anyhow::Result<()> {
    let key = Zeroizing::new(rand::random::<[u8; 32]>());
    let text = Zeroizing::new(hex::encode(key.as_slice()));
    let mut created = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .with_context(|| format!("cannot make `{}`", file.display()))?;
    created
        .write_all(text.as_bytes())
        .and_then(|()| created.sync_all())
        .with_context(|| format!("cannot write `{}`", file.display()))
}

fn read(file: &Path) -> anyhow::Result<Zeroizing<[u8; 32]>> {
    let named = || format!("the ledger's key `{}`", file.display());
    let mode = fs::metadata(file)
        .with_context(|| {
            format!(
                "{}: restore it from your backup; a new one cannot take its place",
                named()
            )
        })?
        .mode();
    if mode & 0o077 != 0 {
        bail!("{} can be read by others; run `chmod 600` on it", named());
    }
    let text = Zeroizing::new(fs::read_to_string(file).with_context(named)?);
    let mut key = Zeroizing::new([0; 32]);
    if hex::decode_to_slice(text.trim(), key.as_mut_slice()).is_err() {
        bail!(
            "{} is not 64 hexadecimal digits; restore it from your backup",
            named()
        );
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn keys_are_made_once_and_never_beside_a_ledger_that_had_others() {
        let folder = tempfile::tempdir().unwrap();
        let (keys, ledger) = (folder.path().join("keys"), folder.path().join("ledger"));
        let first = LedgerKeys::open(&keys, &ledger).unwrap();
        fs::create_dir(&ledger).unwrap();
        let again = LedgerKeys::open(&keys, &ledger).unwrap();
        assert_eq!(first.signing_seed, again.signing_seed);
        fs::remove_dir_all(&keys).unwrap();
        assert!(LedgerKeys::open(&keys, &ledger).is_err());
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let (keys, ledger) = (folder.path().join("keys"), folder.path().join("ledger"));
        drop(LedgerKeys::open(&keys, &ledger).unwrap());
        fs::set_permissions(keys.join("sealing.key"), fs::Permissions::from_mode(0o644)).unwrap();
        let error = LedgerKeys::open(&keys, &ledger).err().unwrap().to_string();
        assert!(error.contains("chmod 600"), "{error}");
    }
}
