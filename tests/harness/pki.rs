//! An authority, made and used by the gateway's own command.

use std::{
    path::{Path, PathBuf},
    sync::Mutex,
};

use crate::run;

/// A development authority in a folder.
#[derive(Debug)]
pub struct Pki {
    folder: PathBuf,
    issuing: Mutex<()>,
}

impl Pki {
    /// Makes an authority, the permit keys and the gateway's certificate.
    pub fn init(folder: &Path) -> Self {
        let pki = Self {
            folder: folder.to_owned(),
            issuing: Mutex::new(()),
        };
        pki.call("init", &["--days", "3650"]);
        pki
    }

    /// A file of the authority, for example `ca.pem` or `permit.key`.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Issues an enclave's certificate.
    pub fn enclave(&self, name: &str) {
        self.call("issue", &["enclave", name, "--days", "3650"]);
    }

    /// A person's certificate and key in one file; issued when first asked for.
    pub fn person(&self, name: &str) -> PathBuf {
        self.person_with(name, &["--days", "3650"])
    }

    /// The same under other terms, for example `--expired`.
    pub fn person_with(&self, name: &str, terms: &[&str]) -> PathBuf {
        let file = self.file(&format!("people/{name}.pem"));
        let _one_at_a_time = self.issuing.lock();
        if !file.exists() {
            self.call("issue", &[&["person", name], terms].concat());
        }
        file
    }

    /// Revokes a person's certificate; the gateway hears of it on SIGHUP.
    pub fn revoke(&self, person: &str) {
        let file = self.person(person);
        self.call("revoke", &[file.to_str().unwrap()]);
    }

    fn call(&self, command: &str, arguments: &[&str]) {
        let folder = self.folder.to_str().unwrap();
        let words = [&["pki", command, folder], arguments].concat();
        run("sekisho-gateway", &words).succeeded();
    }
}
