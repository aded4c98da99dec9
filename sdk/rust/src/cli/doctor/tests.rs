//! What the doctor finds.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, SanType,
    date_time_ymd,
};
use sekisho::Connection;

use super::*;

/// 2026-06-15, inside the certificates' validity.
const NOW: i64 = 1_781_481_600_000;
const YEAR: i64 = 365 * 86_400_000;

struct Pki {
    dir: tempfile::TempDir,
    ca: CertifiedIssuer<'static, KeyPair>,
}

impl Pki {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("ca.pem"), ca.pem()).unwrap();
        Self { dir, ca }
    }

    fn ca(&self) -> PathBuf {
        self.dir.path().join("ca.pem")
    }

    /// Writes a certificate of the year 2026 with these URIs, and its key.
    fn identity(&self, uris: &[&str]) -> PathBuf {
        let mut params = CertificateParams::default();
        params.not_before = date_time_ymd(2026, 1, 1);
        params.not_after = date_time_ymd(2027, 1, 1);
        params.subject_alt_names = uris
            .iter()
            .map(|uri| SanType::URI((*uri).try_into().unwrap()))
            .collect();
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.ca).unwrap();
        let file = self.dir.path().join("me.pem");
        fs::write(&file, certificate.pem() + &key.serialize_pem()).unwrap();
        file
    }
}

fn read(file: &Path) -> Identity {
    certificate::read(file)
        .map_err(|error| error.clone())
        .unwrap_or_else(|error| {
            unreachable!("{error}");
        })
}

#[test]
fn a_good_identity_passes_every_step_that_needs_no_network() {
    let pki = Pki::new("consortium");
    let file = pki.identity(&["spiffe://demo/people/aiko"]);
    let identity = read(&file);
    identity.clock(NOW).unwrap();
    assert_eq!(
        identity.expiry(NOW).unwrap(),
        "your certificate is in force until 2027-01-01T00:00:00Z"
    );
    identity.authority(&pki.ca(), NOW).unwrap();
    assert_eq!(
        name(&identity).unwrap(),
        "the certificate names you `spiffe://demo/people/aiko`"
    );
    let connection = Connection {
        address: "localhost:7443".to_owned(),
        identity: file,
        ca: pki.ca(),
        ..Connection::default()
    };
    files(&connection).unwrap();
}

#[test]
fn a_certificate_out_of_its_time_is_told_from_a_wrong_clock() {
    let pki = Pki::new("consortium");
    let identity = read(&pki.identity(&["spiffe://demo/people/aiko"]));
    assert!(
        identity
            .expiry(NOW + YEAR)
            .unwrap_err()
            .starts_with("your certificate expired at 2027-01-01")
    );
    assert!(
        identity
            .clock(NOW - YEAR)
            .unwrap_err()
            .contains("set the clock")
    );
}

#[test]
fn a_certificate_of_another_authority_names_its_issuer() {
    let pki = Pki::new("consortium");
    let other = Pki::new("elsewhere");
    let identity = read(&other.identity(&["spiffe://demo/people/aiko"]));
    let error = identity.authority(&pki.ca(), NOW).unwrap_err();
    assert!(error.contains("elsewhere"), "{error}");
}

#[test]
fn a_certificate_that_names_nobody_or_several_is_wrong() {
    let pki = Pki::new("consortium");
    for uris in [&[][..], &["spiffe://demo/a", "spiffe://demo/b"][..]] {
        let step = name(&read(&pki.identity(uris)));
        assert!(step.unwrap_err().0.contains("exactly one URI"));
    }
}

#[test]
fn a_missing_or_empty_file_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("me.pem");
    assert!(
        certificate::read(&file)
            .err()
            .unwrap()
            .contains("me.pem` cannot be read")
    );
    fs::write(&file, "").unwrap();
    assert!(
        certificate::read(&file)
            .err()
            .unwrap()
            .contains("holds no certificate")
    );
}

#[test]
fn what_a_handshake_failed_of_is_said_in_words() {
    let said = |cause: &str| {
        tls(&Error::Unreachable {
            address: "localhost:7443".to_owned(),
            cause: cause.to_owned(),
        })
    };
    assert!(said("invalid peer certificate: UnknownIssuer").contains("does not lead to your ca"));
    assert!(
        said("received fatal alert: CertificateExpired").contains("your certificate has expired")
    );
    assert!(said("received fatal alert: CertificateRequired").contains("got none"));
    assert!(said("something new").contains("(`localhost:7443` cannot be reached: something new"));
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_told_from_a_host_that_is_not_there() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let connection = |address: &str| Connection {
        address: address.to_owned(),
        ..Connection::default()
    };
    assert_eq!(
        dns(&connection(&address)).await.unwrap(),
        "`127.0.0.1` is 127.0.0.1"
    );
    tcp(&connection(&address)).await.unwrap();
    drop(listener);
    let closed = tcp(&connection(&address)).await.unwrap_err();
    assert!(closed.0.contains("is the gateway running"), "{closed:?}");
}

#[test]
fn a_policy_that_refuses_ends_with_its_own_exit_code() {
    let connection = Connection {
        project: "P-0009".to_owned(),
        ..Connection::default()
    };
    let failure = |reason| Failure {
        reason,
        message: "no".to_owned(),
        help: String::new(),
        refusal: None,
    };
    let Wrong(sentence, exit) = policy(failure(Reason::NotAvailable), &connection);
    assert!(sentence.contains("`P-0009`"));
    assert_eq!(exit, Exit::Denied);
    assert_eq!(
        policy(failure(Reason::Internal), &connection).1,
        Exit::Failed
    );
}
