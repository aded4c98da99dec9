//! Signatures of people over a set of files: minisign, k of n, each under a serial that only grows.
//!
//! What is signed is a statement of three lines, which names the serial and the digest of the files;
//! it stands beside the files in `signatures`, with one signature for each person:
//!
//! ```text
//! signatures/statement.txt
//! signatures/<name>.minisig      minisign -V -p <name>.pub -m statement.txt -x <name>.minisig
//! ```

use std::{collections::BTreeSet, fmt, fs, io, io::Cursor, path::Path, str::FromStr};

use minisign::{PublicKey, SecretKeyBox, SignatureBox};

use crate::{
    files::{self, Files, SIGNATURES},
    finding::{Finding, Rejected},
    page::{self, Signing},
    words::Words,
};

const STATEMENT: &str = "statement.txt";
const FIRST_LINE: &str = "sekisho policies";

/// A public key that signs policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key(PublicKey);

/// A text that is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no minisign public key: write the second line of the .pub file, which begins with RW")]
pub struct NoKey;

impl FromStr for Key {
    type Err = NoKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        PublicKey::from_base64(text.trim())
            .map(Key)
            .map_err(|_| NoKey)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_base64())
    }
}

/// What people sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement {
    /// Its number; a set comes into force only after those with smaller ones.
    pub serial: u64,
    /// SHA-256 of the files.
    pub digest: [u8; 32],
}

/// Files that enough people signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The statement's serial.
    pub serial: u64,
    /// Who signed.
    pub signers: BTreeSet<String>,
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}")?;
        writeln!(f, "serial {}", self.serial)?;
        writeln!(f, "digest {}", hex::encode(self.digest))
    }
}

impl Statement {
    /// The statement of a text that is exactly as it is printed.
    fn read(bytes: &[u8]) -> Option<Statement> {
        let text = std::str::from_utf8(bytes).ok()?;
        let mut lines = text.lines();
        lines.next().filter(|line| *line == FIRST_LINE)?;
        let serial = lines.next()?.strip_prefix("serial ")?.parse().ok()?;
        let digest = hex::decode(lines.next()?.strip_prefix("digest ")?).ok()?;
        let statement = Statement {
            serial,
            digest: digest.try_into().ok()?,
        };
        (statement.to_string() == text).then_some(statement)
    }
}

/// Verifies a folder's signatures: the statement is about its very files, and enough of the keys
/// signed it.
///
/// # Errors
///
/// What is missing or wrong. A signature that no key made is an error, not a signature less.
pub fn verify(dir: &Path, signing: &Signing) -> Result<Signed, Rejected> {
    let folder = files::read(dir).map_err(Rejected::of)?;
    verified(&folder.files, &folder.signatures, signing)
}

/// The same of files in memory, with those of the folder `signatures` by their short names.
pub(crate) fn verified(
    files: &Files,
    signatures: &Files,
    signing: &Signing,
) -> Result<Signed, Rejected> {
    let name = |file: &str| format!("{SIGNATURES}/{file}");
    let refuse = |file: &str, words| Rejected::of(vec![Finding::new(&name(file), 1, words)]);
    let text = signatures
        .get(STATEMENT)
        .ok_or_else(|| refuse(STATEMENT, Words::of("statement-missing")))?;
    let statement = Statement::read(text)
        .ok_or_else(|| refuse(STATEMENT, Words::of("statement-unreadable")))?;
    if statement.digest != files::digest(files) {
        return Err(refuse(STATEMENT, Words::of("statement-of-other-files")));
    }
    let mut findings = Vec::new();
    let mut signers = BTreeSet::new();
    for (file, bytes) in signatures.iter().filter(|(file, _)| *file != STATEMENT) {
        match signer(bytes, text, signing) {
            Some(signer) => {
                signers.insert(signer.to_owned());
            }
            None => {
                findings.push(Finding::new(&name(file), 1, Words::of("signature-wrong")));
            }
        }
    }
    if signers.len() < signing.threshold {
        let words = Words::of("signatures-too-few")
            .with("found", signers.len())
            .with("needed", signing.threshold);
        findings.push(Finding::new(&name(STATEMENT), 1, words));
    }
    if !findings.is_empty() {
        return Err(Rejected::of(findings));
    }
    Ok(Signed {
        serial: statement.serial,
        signers,
    })
}

/// Whose signature it is.
fn signer<'a>(signature: &[u8], statement: &[u8], signing: &'a Signing) -> Option<&'a str> {
    let text = std::str::from_utf8(signature).ok()?;
    let signature = SignatureBox::from_string(text).ok()?;
    let made_by = |key: &Key| {
        let data = Cursor::new(statement);
        minisign::verify(&key.0, &signature, data, true, false, false).is_ok()
    };
    let mut keys = signing.keys.iter();
    keys.find(|(_, key)| made_by(key))
        .map(|(name, _)| name.as_str())
}

/// Signs a folder's files under a serial, as somebody, with a key whose password is asked for if it
/// has one. Signatures of another statement are removed: they would be wrong.
///
/// # Errors
///
/// If the files are rejected, the key cannot be read, or a file cannot be written.
pub fn sign(dir: &Path, serial: u64, name: &str, key: &str) -> Result<Made, SignError> {
    check_name(name)?;
    let folder = files::read(dir).map_err(Rejected::of)?;
    let signing = page::signing(&folder.files)?;
    if signing
        .as_ref()
        .is_some_and(|signing| !signing.keys.contains_key(name))
    {
        return Err(SignError::Nobody(name.to_owned()));
    }
    let statement = Statement {
        serial,
        digest: files::digest(&folder.files),
    };
    let secret = SecretKeyBox::from_string(key)?;
    let secret = secret
        .clone()
        .into_unencrypted_secret_key()
        .or_else(|_| secret.into_secret_key(None))?;
    let text = statement.to_string();
    let comment = format!("serial {serial}, signed by {name}");
    let data = Cursor::new(text.as_bytes());
    let signature = minisign::sign(None, &secret, data, Some(&comment), Some(&comment))?;
    let signature = signature.into_string();
    let is_theirs =
        |signing: &Signing| signer(signature.as_bytes(), text.as_bytes(), signing) == Some(name);
    if !signing.as_ref().is_none_or(is_theirs) {
        return Err(SignError::OtherKey(name.to_owned()));
    }
    let signatures = dir.join(SIGNATURES);
    fs::create_dir_all(&signatures)?;
    let mut discarded = Vec::new();
    if folder.signatures.get(STATEMENT).map(Vec::as_slice) != Some(text.as_bytes()) {
        for file in folder.signatures.keys() {
            fs::remove_file(signatures.join(file))?;
            discarded.extend(file.strip_suffix(".minisig").map(str::to_owned));
        }
        fs::write(signatures.join(STATEMENT), &text)?;
    }
    let file = signatures.join(format!("{name}.minisig"));
    fs::write(file, signature)?;
    Ok(Made {
        statement,
        discarded,
    })
}

/// A signature that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// What was signed.
    pub statement: Statement,
    /// Whose signatures were of another statement, and are removed.
    pub discarded: Vec<String>,
}

/// Why files were not signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The folder cannot be read.
    #[error(transparent)]
    Rejected(#[from] Rejected),
    /// The name is none that a key can have.
    #[error("a name is of small letters, digits and hyphens, as in the table `signing`")]
    Name,
    /// The files have another's key by that name.
    #[error("`{0}` is none of those who sign, by the table `signing` of these files")]
    Nobody(String),
    /// The key is another's.
    #[error("this is not the key of `{0}` in the table `signing` of these files")]
    OtherKey(String),
    /// The key cannot be read or used.
    #[error("the key cannot be used: {0}; give the secret key, the file that ends in .key")]
    Key(#[from] minisign::PError),
    /// A file cannot be written.
    #[error("the signature cannot be written: {0}")]
    Io(#[from] io::Error),
}

/// A new key pair without a password: the secret key's file and the public key.
///
/// # Errors
///
/// If it cannot be called so, or the system gives no random numbers.
pub fn new_key(name: &str) -> Result<(String, Key), SignError> {
    check_name(name)?;
    let pair = minisign::KeyPair::generate_unencrypted_keypair()?;
    let comment = format!("policy key of {name}");
    let secret = pair.sk.to_box(Some(&comment))?.into_string();
    Ok((secret, Key(pair.pk)))
}

/// A name becomes one of a file.
fn check_name(name: &str) -> Result<(), SignError> {
    let checked = crate::values::name(name);
    checked.map(|_| ()).map_err(|_| SignError::Name)
}
