//! Signatures over files, and servers that demand them.

use std::{collections::BTreeMap, fs, path::Path};

use sekisho_policies::{
    Demand, Key, PolicySet, Rejected, SignError, Signing, Statement, new_key, sign, verify,
};

use crate::files::{base, changed, with, written};

pub(crate) const NAMES: [&str; 3] = ["haruka", "mei", "ren"];

/// Three people with keys, any two of whom sign.
pub(crate) struct Committee {
    secrets: BTreeMap<&'static str, String>,
    pub(crate) signing: Signing,
}

impl Committee {
    pub(crate) fn new() -> Self {
        let mut secrets = BTreeMap::new();
        let mut keys = BTreeMap::new();
        for name in NAMES {
            let (secret, key) = new_key(name).unwrap();
            secrets.insert(name, secret);
            keys.insert(name.to_owned(), key);
        }
        let signing = Signing { threshold: 2, keys };
        Self { secrets, signing }
    }

    pub(crate) fn sign(&self, dir: &Path, serial: u64, names: &[&str]) -> Statement {
        let signed = names.iter().map(|name| {
            sign(dir, serial, name, &self.secrets[name])
                .unwrap()
                .statement
        });
        let mut signed: Vec<Statement> = signed.collect();
        signed.pop().unwrap()
    }

    /// The table `signing` of a page.
    pub(crate) fn table(&self) -> String {
        let keys = self.signing.keys.iter();
        let keys: Vec<String> = keys
            .map(|(name, key)| format!("{name} = \"{key}\""))
            .collect();
        format!(
            "[signing]\nthreshold = 2\nkeys = {{ {} }}\n",
            keys.join(", ")
        )
    }

    fn demand(&self, serial: &Path) -> Demand {
        let keys = self.signing.keys.iter();
        Demand {
            threshold: self.signing.threshold,
            keys: keys
                .map(|(name, key)| (name.clone(), key.to_string()))
                .collect(),
            serial: serial.to_owned(),
        }
    }
}

fn says(rejected: &Rejected, what: &str) {
    let text = rejected.to_string();
    assert!(text.contains(what), "`{what}` is not said:\n{text}");
}

#[test]
fn two_of_three_sign_and_one_does_not_suffice() {
    let committee = Committee::new();
    let dir = written(&base());
    says(
        &verify(dir.path(), &committee.signing).unwrap_err(),
        "statement",
    );
    let statement = committee.sign(dir.path(), 7, &["haruka"]);
    assert_eq!(
        statement.digest,
        PolicySet::load(dir.path()).unwrap().digest()
    );
    says(&verify(dir.path(), &committee.signing).unwrap_err(), "1");
    committee.sign(dir.path(), 7, &["mei"]);
    let signed = verify(dir.path(), &committee.signing).unwrap();
    assert_eq!(signed.serial, 7);
    assert!(signed.signers.iter().eq(["haruka", "mei"]));
    // Signatures are no policies: with them the files are the same.
    assert_eq!(
        PolicySet::load(dir.path()).unwrap().digest(),
        statement.digest
    );
}

#[test]
fn one_person_is_one_however_often_they_sign() {
    let committee = Committee::new();
    let dir = written(&base());
    committee.sign(dir.path(), 7, &["haruka"]);
    let signatures = dir.path().join("signatures");
    let own = signatures.join("haruka.minisig");
    fs::copy(&own, signatures.join("mei.minisig")).unwrap();
    assert!(verify(dir.path(), &committee.signing).is_err());
    let secret = &committee.secrets["haruka"];
    sign(dir.path(), 7, "ren", secret).unwrap();
    assert!(verify(dir.path(), &committee.signing).is_err());
}

#[test]
fn a_signature_that_no_key_made_is_refused_whoever_else_signed() {
    let committee = Committee::new();
    let dir = written(&base());
    committee.sign(dir.path(), 7, &NAMES);
    verify(dir.path(), &committee.signing).unwrap();
    let (strange, _) = new_key("haruka").unwrap();
    sign(dir.path(), 7, "stranger", &strange).unwrap();
    let rejected = verify(dir.path(), &committee.signing).unwrap_err();
    says(&rejected, "signatures/stranger.minisig");
    for text in ["", "none", "untrusted comment: none\nRUQ=\n"] {
        let file = dir.path().join("signatures/stranger.minisig");
        fs::write(file, text).unwrap();
        assert!(verify(dir.path(), &committee.signing).is_err(), "{text}");
    }
}

#[test]
fn no_byte_of_files_statement_or_signature_can_be_changed() {
    let committee = Committee::new();
    let dir = written(&base());
    committee.sign(dir.path(), 7, &["haruka", "mei"]);
    for file in [
        "grants.csv",
        "signatures/statement.txt",
        "signatures/mei.minisig",
    ] {
        let path = dir.path().join(file);
        let bytes = fs::read(&path).unwrap();
        for at in (0..bytes.len()).step_by(7) {
            let mut altered = bytes.clone();
            altered[at] ^= 1;
            // The untrusted comment is what its name says, and the last line's end is none of it.
            let comment = bytes.iter().position(|byte| *byte == b'\n').unwrap();
            if file.ends_with("minisig") && (at <= comment || at + 1 == bytes.len()) {
                continue;
            }
            fs::write(&path, altered).unwrap();
            assert!(
                verify(dir.path(), &committee.signing).is_err(),
                "byte {at} of {file}"
            );
        }
        fs::write(&path, bytes).unwrap();
    }
    for further in ["serial 8\n", "\n", "\r\n"] {
        let path = dir.path().join("signatures/statement.txt");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.clone() + further).unwrap();
        assert!(verify(dir.path(), &committee.signing).is_err());
        fs::write(&path, text).unwrap();
    }
    verify(dir.path(), &committee.signing).unwrap();
    fs::write(dir.path().join("profiles/new.toml"), "").unwrap();
    assert!(
        verify(dir.path(), &committee.signing).is_err(),
        "a file more"
    );
}

#[test]
fn signing_other_files_or_another_serial_begins_anew() {
    let committee = Committee::new();
    let dir = written(&base());
    committee.sign(dir.path(), 7, &["haruka", "mei"]);
    committee.sign(dir.path(), 8, &["ren"]);
    let left: Vec<_> = fs::read_dir(dir.path().join("signatures"))
        .unwrap()
        .collect();
    assert_eq!(left.len(), 2);
    assert!(verify(dir.path(), &committee.signing).is_err());
}

#[test]
fn a_name_that_leads_out_of_the_folder_signs_nothing() {
    let committee = Committee::new();
    let dir = written(&base());
    let secret = &committee.secrets["mei"];
    assert!(sign(dir.path(), 1, "../mei", secret).is_err());
    assert!(new_key("../mei").is_err());
    assert!(!dir.path().join("signatures").exists());
}

#[test]
fn a_table_of_keys_that_cannot_be_met_is_refused() {
    let committee = Committee::new();
    let page = |table: &str| {
        let page = format!("default_profile = \"standard\"\n{table}");
        PolicySet::from_files(&changed(
            "consortium.toml",
            "default_profile = \"standard\"\n",
            &page,
        ))
    };
    assert_eq!(
        page(&committee.table()).unwrap().signing(),
        Some(&committee.signing)
    );
    let key = &committee.signing.keys["mei"];
    for (table, what) in [
        (
            "[signing]\nthreshold = 1\nkeys = { mei = \"RWQ\" }\n".to_owned(),
            "mei",
        ),
        (
            format!("[signing]\nthreshold = 0\nkeys = {{ mei = \"{key}\" }}\n"),
            "0",
        ),
        (
            format!("[signing]\nthreshold = 2\nkeys = {{ mei = \"{key}\" }}\n"),
            "2",
        ),
        (
            format!("[signing]\nthreshold = 2\nkeys = {{ mei = \"{key}\", ren = \"{key}\" }}\n"),
            "ren",
        ),
    ] {
        says(&page(&table).unwrap_err(), what);
    }
}

#[test]
fn a_server_takes_no_files_that_are_unsigned_or_older_than_what_it_took() {
    let committee = Committee::new();
    let kept = tempfile::tempdir().unwrap();
    let demand = committee.demand(&kept.path().join("serial"));
    let load = |dir: &Path| PolicySet::load_demanding(dir, Some(&demand));
    let first = written(&base());
    says(&load(first.path()).unwrap_err(), "statement");
    committee.sign(first.path(), 7, &["haruka"]);
    says(&load(first.path()).unwrap_err(), "1");
    committee.sign(first.path(), 7, &["haruka", "mei"]);
    load(first.path()).unwrap();
    // Again, as after a restart.
    load(first.path()).unwrap();

    let second = written(&changed(
        "grants.csv",
        "P-2,d1,overview,catalog;query",
        "P-2,d1,overview,catalog",
    ));
    committee.sign(second.path(), 7, &["haruka", "mei"]);
    says(&load(second.path()).unwrap_err(), "7");
    committee.sign(second.path(), 8, &["mei", "ren"]);
    load(second.path()).unwrap();
    says(&load(first.path()).unwrap_err(), "8");
}

#[test]
fn files_that_do_not_load_use_up_no_serial() {
    let committee = Committee::new();
    let kept = tempfile::tempdir().unwrap();
    let demand = committee.demand(&kept.path().join("serial"));
    let spoilt = written(&changed("grants.csv", ",deny,", ",denied,"));
    committee.sign(spoilt.path(), 9, &["mei", "ren"]);
    assert!(PolicySet::load_demanding(spoilt.path(), Some(&demand)).is_err());
    assert!(!demand.serial.exists());
    let good = written(&base());
    committee.sign(good.path(), 8, &["mei", "ren"]);
    PolicySet::load_demanding(good.path(), Some(&demand)).unwrap();
}

#[test]
fn a_record_of_serials_that_cannot_be_read_or_written_refuses_everything() {
    let committee = Committee::new();
    let kept = tempfile::tempdir().unwrap();
    let good = written(&base());
    committee.sign(good.path(), 8, &["mei", "ren"]);
    let demand = committee.demand(&kept.path().join("serial"));
    fs::write(&demand.serial, "eight").unwrap();
    assert!(PolicySet::load_demanding(good.path(), Some(&demand)).is_err());
    let demand = committee.demand(&kept.path().join("no/such/folder/serial"));
    assert!(PolicySet::load_demanding(good.path(), Some(&demand)).is_err());
}

#[test]
fn a_demand_that_anybody_or_nobody_could_meet_is_refused() {
    let committee = Committee::new();
    let kept = tempfile::tempdir().unwrap();
    let good = written(&base());
    committee.sign(good.path(), 8, &NAMES);
    for threshold in [0, 4] {
        let mut demand = committee.demand(&kept.path().join("serial"));
        demand.threshold = threshold;
        assert!(PolicySet::load_demanding(good.path(), Some(&demand)).is_err());
    }
    let mut demand = committee.demand(&kept.path().join("serial"));
    let (_, twice) = demand.keys.first_key_value().unwrap();
    let twice = twice.clone();
    demand.keys = BTreeMap::from([("a".to_owned(), twice.clone()), ("b".to_owned(), twice)]);
    assert!(PolicySet::load_demanding(good.path(), Some(&demand)).is_err());
    let key: Result<Key, _> = "RWQ".parse();
    assert!(key.is_err());
}

#[test]
fn whoever_is_not_to_sign_or_has_anothers_key_signs_nothing() {
    let committee = Committee::new();
    let text = String::from_utf8(base()["consortium.toml"].clone()).unwrap();
    let page = format!("{text}\n{}", committee.table());
    let dir = written(&with("consortium.toml", page.as_bytes()));
    let key = &committee.secrets["mei"];
    let nobody = sign(dir.path(), 1, "mei-mori", key).unwrap_err();
    assert!(matches!(nobody, SignError::Nobody(_)), "{nobody}");
    let other = sign(dir.path(), 1, "haruka", key).unwrap_err();
    assert!(matches!(other, SignError::OtherKey(_)), "{other}");
    assert!(!dir.path().join("signatures").exists());
    committee.sign(dir.path(), 1, &["haruka", "mei"]);
    let made = sign(dir.path(), 2, "mei", key).unwrap();
    assert_eq!(made.discarded, ["haruka", "mei"]);
}
