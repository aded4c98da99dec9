//! The page of a folder: `consortium.toml` or `holder.toml`.

use std::{collections::BTreeMap, path::Path};

use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::{
    characters::decode,
    files::{Files, files_of},
    finding::{Finding, Rejected},
    profile,
    signature::Key,
    words::Words,
};

/// What a consortium says of itself.
pub(crate) struct ConsortiumPage {
    pub(crate) name: String,
    pub(crate) zone: TimeZone,
    pub(crate) default_profile: String,
    pub(crate) overview_queries: u64,
    pub(crate) signing: Option<Signing>,
}

/// What a data holder says of itself.
pub(crate) struct HolderPage {
    pub(crate) name: String,
    pub(crate) zone: TimeZone,
    pub(crate) signing: Option<Signing>,
}

/// Who signs what comes into force, and how many of them must.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signing {
    /// How many signatures are needed.
    pub threshold: usize,
    /// By name.
    pub keys: BTreeMap<String, Key>,
}

impl Signing {
    /// So many of these people, by name and public key.
    ///
    /// # Errors
    ///
    /// What is wrong, each with the key of the table that says it.
    pub(crate) fn of(
        threshold: usize,
        texts: &BTreeMap<String, String>,
    ) -> Result<Signing, Vec<(String, Words)>> {
        let (mut keys, mut slips) = (BTreeMap::new(), Vec::new());
        for (name, text) in texts {
            let mut slip = |id| slips.push((name.clone(), Words::of(id).with("name", name)));
            match text.parse::<Key>() {
                Ok(key) if keys.values().any(|known| *known == key) => slip("key-twice"),
                Ok(key) => {
                    keys.insert(name.clone(), key);
                }
                Err(_) => slip("no-key"),
            }
        }
        if threshold == 0 || threshold > texts.len() {
            let words = Words::of("signatures-impossible")
                .with("threshold", threshold)
                .with("keys", texts.len());
            slips.push(("threshold".to_owned(), words));
        }
        if slips.is_empty() {
            Ok(Signing { threshold, keys })
        } else {
            Err(slips)
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawConsortium {
    name: String,
    time_zone: String,
    default_profile: String,
    #[serde(default = "hundred")]
    overview_queries: u64,
    signing: Option<RawSigning>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHolder {
    name: String,
    time_zone: String,
    signing: Option<RawSigning>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSigning {
    threshold: usize,
    keys: BTreeMap<String, String>,
}

fn hundred() -> u64 {
    100
}

/// Reads `consortium.toml`.
pub(crate) fn consortium(text: &str, findings: &mut Vec<Finding>) -> Option<ConsortiumPage> {
    let page = Page {
        file: "consortium.toml",
        text,
    };
    let raw: RawConsortium = page.read("page-of-a-consortium", findings)?;
    let zone = page.zone(&raw.time_zone, findings);
    let signing = page.signing(raw.signing, findings);
    Some(ConsortiumPage {
        name: raw.name,
        zone: zone?,
        default_profile: raw.default_profile,
        overview_queries: raw.overview_queries,
        signing: signing?,
    })
}

/// Reads `holder.toml`.
pub(crate) fn holder(text: &str, findings: &mut Vec<Finding>) -> Option<HolderPage> {
    let page = Page {
        file: "holder.toml",
        text,
    };
    let raw: RawHolder = page.read("page-of-a-holder", findings)?;
    let name = crate::values::name(&raw.name);
    if let Err(slip) = &name {
        let line = profile::line_with(text, "name");
        findings.push(Finding::new(page.file, line, slip.words.clone()));
    }
    let zone = page.zone(&raw.time_zone, findings);
    let signing = page.signing(raw.signing, findings);
    Some(HolderPage {
        name: name.ok()?,
        zone: zone?,
        signing: signing?,
    })
}

/// Who signs a folder's files, as its page says; nobody need if it is none.
///
/// # Errors
///
/// If the folder or its page cannot be read.
pub fn signing_of(dir: &Path) -> Result<Option<Signing>, Rejected> {
    signing(&files_of(dir)?)
}

/// The same of files in memory.
pub(crate) fn signing(files: &Files) -> Result<Option<Signing>, Rejected> {
    let mut findings = Vec::new();
    let signing = match (files.get("holder.toml"), files.get("consortium.toml")) {
        (Some(bytes), _) => text("holder.toml", bytes, &mut findings)
            .and_then(|text| holder(&text, &mut findings))
            .map(|page| page.signing),
        (None, Some(bytes)) => text("consortium.toml", bytes, &mut findings)
            .and_then(|text| consortium(&text, &mut findings))
            .map(|page| page.signing),
        (None, None) => {
            let words = Words::of("file-missing").with("file", "consortium.toml");
            findings.push(Finding::new("consortium.toml", 1, words));
            None
        }
    };
    signing.ok_or_else(|| Rejected::of(findings))
}

fn text(file: &str, bytes: &[u8], findings: &mut Vec<Finding>) -> Option<String> {
    decode(file, bytes)
        .map_err(|finding| findings.push(finding))
        .ok()
}

struct Page<'a> {
    file: &'static str,
    text: &'a str,
}

impl Page<'_> {
    fn read<T: serde::de::DeserializeOwned>(
        &self,
        entry: &'static str,
        findings: &mut Vec<Finding>,
    ) -> Option<T> {
        match toml::from_str(self.text) {
            Ok(read) => Some(read),
            Err(error) => {
                let line = profile::line_of(self.text, error.span());
                let words = Words::of(entry).with("error", error.message());
                findings.push(Finding::new(self.file, line, words));
                None
            }
        }
    }

    fn zone(&self, name: &str, findings: &mut Vec<Finding>) -> Option<TimeZone> {
        let zone = TimeZone::get(name).ok();
        if zone.is_none() {
            let words = Words::of("no-time-zone").with("text", name);
            findings.push(self.at("time_zone", words));
        }
        zone
    }

    /// None if it cannot be read; some of none where nobody signs.
    #[expect(clippy::option_option, reason = "nobody signs, or nobody can tell who")]
    fn signing(
        &self,
        raw: Option<RawSigning>,
        findings: &mut Vec<Finding>,
    ) -> Option<Option<Signing>> {
        let Some(raw) = raw else {
            return Some(None);
        };
        match Signing::of(raw.threshold, &raw.keys) {
            Ok(signing) => Some(Some(signing)),
            Err(slips) => {
                let slips = slips.into_iter();
                findings.extend(slips.map(|(key, words)| self.at(&key, words)));
                None
            }
        }
    }

    fn at(&self, key: &str, words: Words) -> Finding {
        Finding::new(self.file, profile::line_with(self.text, key), words)
    }
}
