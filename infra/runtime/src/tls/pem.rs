//! Certificates, keys and revocation lists from PEM files.

use std::path::Path;

use rustls::{
    RootCertStore,
    pki_types::{
        CertificateDer, CertificateRevocationListDer, PrivateKeyDer,
        pem::{self, PemObject},
    },
    sign::CertifiedKey,
};

use super::{TlsError, provider};

pub(super) fn read(file: &Path) -> Result<Vec<u8>, TlsError> {
    std::fs::read(file).map_err(|source| TlsError::Unreadable {
        file: file.to_owned(),
        source,
    })
}

/// A certificate chain, leaf first, and its key; `key` may be the same file.
pub(super) fn pair(certificate: &Path, key: &Path) -> Result<CertifiedKey, TlsError> {
    let chain: Vec<CertificateDer<'static>> = sections(certificate, "certificate")?;
    let key_der = PrivateKeyDer::from_pem_slice(&read(key)?).map_err(|error| match error {
        pem::Error::NoItemsFound => TlsError::Empty {
            file: key.to_owned(),
            wanted: "private key",
        },
        _ => damaged(key, "private key"),
    })?;
    CertifiedKey::from_der(chain, key_der, &provider()).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => TlsError::Mismatched {
            key: key.to_owned(),
            certificate: certificate.to_owned(),
        },
        rustls::Error::InvalidCertificate(_) => damaged(certificate, "certificate"),
        _ => damaged(key, "private key"),
    })
}

/// The certificates that signatures may lead to.
pub(super) fn roots(file: &Path) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in sections::<CertificateDer<'static>>(file, "CA certificate")? {
        roots
            .add(certificate)
            .map_err(|_| damaged(file, "CA certificate"))?;
    }
    Ok(roots)
}

pub(super) fn revocations(
    file: &Path,
) -> Result<Vec<CertificateRevocationListDer<'static>>, TlsError> {
    sections(file, "certificate revocation list")
}

fn sections<T: PemObject>(file: &Path, wanted: &'static str) -> Result<Vec<T>, TlsError> {
    let found: Vec<T> = T::pem_slice_iter(&read(file)?)
        .collect::<Result<_, _>>()
        .map_err(|_| damaged(file, wanted))?;
    if found.is_empty() {
        return Err(TlsError::Empty {
            file: file.to_owned(),
            wanted,
        });
    }
    Ok(found)
}

pub(super) fn damaged(file: &Path, wanted: &'static str) -> TlsError {
    TlsError::Damaged {
        file: file.to_owned(),
        wanted,
    }
}
