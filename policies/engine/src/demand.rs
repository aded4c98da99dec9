//! What a server demands of policy files beyond that they load: signatures by keys that its own
//! configuration names, under a serial that never falls.

use std::{
    collections::BTreeMap,
    fs, io,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::{
    files::{self, Files, Folder},
    finding::{Finding, Rejected},
    page::Signing,
    signature::verified,
    words::Words,
};

/// The table `policy_signatures` of a server's configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Demand {
    /// How many signatures are needed.
    pub threshold: usize,
    /// Public keys of minisign, by name.
    pub keys: BTreeMap<String, String>,
    /// A file in which the server keeps the largest serial that was in force, so that older files
    /// do not come back after a restart either.
    pub serial: PathBuf,
}

impl Demand {
    /// Who must sign.
    fn signing(&self) -> Result<Signing, Rejected> {
        Signing::of(self.threshold, &self.keys).map_err(|slips| {
            let slips = slips.into_iter();
            let found = |(_, words)| Finding::new("policy_signatures", 1, words);
            Rejected::of(slips.map(found).collect())
        })
    }

    /// Admits files that enough people signed under a serial that is not older than the newest.
    fn admit(&self, folder: &Folder) -> Result<Admitted, Rejected> {
        let serial = verified(&folder.files, &folder.signatures, &self.signing()?)?.serial;
        let digest = hex::encode(files::digest(&folder.files));
        let refuse = |id, newest: u64| {
            let words = Words::of(id).with("serial", serial).with("newest", newest);
            Rejected::of(vec![Finding::new("signatures/statement.txt", 1, words)])
        };
        let kept = match fs::read_to_string(&self.serial) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => "0 -".to_owned(),
            Err(error) => return Err(unwritable(&self.serial, &error)),
        };
        let known = kept.trim_end().split_once(' ');
        let known = known.and_then(|(serial, digest)| Some((serial.parse::<u64>().ok()?, digest)));
        let Some((newest, of)) = known else {
            return Err(refuse("serial-file-unreadable", 0));
        };
        if serial < newest || (serial == newest && digest != of) {
            return Err(refuse("serial-replayed", newest));
        }
        Ok(Admitted(format!("{serial} {digest}\n")))
    }

    /// Remembers what was admitted, once it is in force.
    fn remember(&self, admitted: &Admitted) -> Result<(), Rejected> {
        let mut new = self.serial.as_os_str().to_owned();
        new.push(".new");
        let written = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&new)
            .and_then(|mut file| {
                io::Write::write_all(&mut file, admitted.0.as_bytes())?;
                file.sync_all()
            })
            .and_then(|()| fs::rename(&new, &self.serial))
            .and_then(|()| match self.serial.parent() {
                Some(folder) if folder != Path::new("") => files::sync(folder),
                _ => files::sync(Path::new(".")),
            });
        written.map_err(|error| unwritable(&self.serial, &error))
    }
}

/// What the serial's file will say.
struct Admitted(String);

fn unwritable(path: &Path, error: &io::Error) -> Rejected {
    let words = Words::of("serial-file-unwritable")
        .with("file", path.display())
        .with("error", error);
    Rejected::of(vec![Finding::new("policy_signatures", 1, words)])
}

/// Reads a folder's files into a set with `read`, if they are what is demanded. What is verified is
/// what is read: the folder is not looked at twice.
pub(crate) fn load<T, E: From<Rejected>>(
    dir: &Path,
    demand: Option<&Demand>,
    read: impl FnOnce(&Files) -> Result<T, E>,
) -> Result<T, E> {
    let folder = files::read(dir).map_err(Rejected::of)?;
    let Some(demand) = demand else {
        return read(&folder.files);
    };
    let admitted = demand.admit(&folder)?;
    let set = read(&folder.files)?;
    demand.remember(&admitted)?;
    Ok(set)
}
