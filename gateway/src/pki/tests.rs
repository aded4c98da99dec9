//! What is written is what the runtime's TLS reads.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::os::unix::fs::MetadataExt as _;

use sekisho_runtime::tls::{ClientTls, ServerTls, client_endpoint, server_acceptor, uri_san};
use x509_parser::pem::parse_x509_pem;

use super::*;

fn terms() -> Terms {
    Terms {
        days: 30,
        expired: false,
        not_before: None,
        domain: "consortium.example".to_owned(),
        dns: Vec::new(),
    }
}

fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    run(&Command::Init {
        dir: dir.path().to_owned(),
        terms: terms(),
    })
    .unwrap();
    dir
}

fn issued(dir: &Path, role: Holder, name: &str, terms: Terms) {
    run(&Command::Issue {
        dir: dir.to_owned(),
        role,
        name: name.to_owned(),
        terms,
    })
    .unwrap();
}

fn uri(file: &Path) -> Option<String> {
    let pem = std::fs::read(file).unwrap();
    uri_san(&parse_x509_pem(&pem).unwrap().1.contents)
}

fn valid(file: &Path) -> bool {
    let pem = std::fs::read(file).unwrap();
    let (_, section) = parse_x509_pem(&pem).unwrap();
    section.parse_x509().unwrap().validity().is_valid()
}

#[test]
fn the_files_of_an_authority_serve_a_gateway() {
    let dir = folder();
    issued(dir.path(), Holder::Person, "researcher", terms());
    issued(dir.path(), Holder::Enclave, "east", terms());
    let at = |name: &str| dir.path().join(name);
    for (name, expected) in [
        ("gateway.pem", "spiffe://consortium.example/gateway"),
        (
            "enclaves/east.pem",
            "spiffe://consortium.example/enclaves/east",
        ),
        (
            "people/researcher.pem",
            "spiffe://consortium.example/people/researcher",
        ),
    ] {
        assert_eq!(uri(&at(name)).as_deref(), Some(expected));
        assert!(valid(&at(name)));
    }
    server_acceptor(&ServerTls {
        certificate: at("gateway.pem"),
        key: at("gateway.key"),
        client_ca: at("ca.pem"),
        client_crl: Some(at("crl.pem")),
    })
    .unwrap();
    client_endpoint(&ClientTls {
        endpoint: "https://localhost:7443".to_owned(),
        ca: at("ca.pem"),
        certificate: at("people/researcher.pem"),
        key: None,
        server_name: None,
        server_uri: None,
        connect_timeout: std::time::Duration::from_secs(1),
    })
    .unwrap();
}

#[test]
fn private_files_are_their_owners_alone() {
    let dir = folder();
    issued(dir.path(), Holder::Person, "researcher", terms());
    issued(dir.path(), Holder::Enclave, "east", terms());
    for name in [
        "ca.key",
        "permit.key",
        "gateway.key",
        "enclaves/east.key",
        "people/researcher.pem",
    ] {
        let mode = std::fs::metadata(dir.path().join(name)).unwrap().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn an_authority_is_never_overwritten() {
    let dir = folder();
    let before = std::fs::read(dir.path().join("ca.key")).unwrap();
    let again = Command::Init {
        dir: dir.path().to_owned(),
        terms: terms(),
    };
    assert!(run(&again).is_err());
    assert_eq!(std::fs::read(dir.path().join("ca.key")).unwrap(), before);
}

#[test]
fn certificates_of_yesterday_and_tomorrow_are_not_valid_today() {
    let dir = folder();
    let expired = Terms {
        expired: true,
        ..terms()
    };
    let later = Terms {
        not_before: Some(2),
        ..terms()
    };
    issued(dir.path(), Holder::Person, "late", expired);
    issued(dir.path(), Holder::Person, "early", later);
    assert!(!valid(&dir.path().join("people/late.pem")));
    assert!(!valid(&dir.path().join("people/early.pem")));
}

#[test]
fn revocations_add_up() {
    let dir = folder();
    let list = dir.path().join("crl.pem");
    let revoke = |name: &str| {
        run(&Command::Revoke {
            dir: dir.path().to_owned(),
            certificate: dir.path().join(name),
            days: 30,
        })
    };
    for name in ["one", "two"] {
        issued(dir.path(), Holder::Person, name, terms());
        revoke(&format!("people/{name}.pem")).unwrap();
    }
    assert!(revoke("people/one.pem").is_err(), "it is revoked already");
    let pem = std::fs::read(&list).unwrap();
    let (_, section) = parse_x509_pem(&pem).unwrap();
    let text = format!(
        "{:?}",
        x509_parser::parse_x509_crl(&section.contents).unwrap().1
    );
    assert_eq!(text.matches("RevokedCertificate").count(), 2, "{text}");
}

#[test]
fn names_are_read_strictly() {
    let dir = folder();
    for name in ["../escape", "Researcher", ""] {
        let issue = Command::Issue {
            dir: dir.path().to_owned(),
            role: Holder::Person,
            name: name.to_owned(),
            terms: terms(),
        };
        assert!(run(&issue).is_err(), "{name}");
    }
}
