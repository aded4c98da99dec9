//! The visitor's certificate, looked at before it is shown to anyone.

use std::{path::Path, sync::Arc};

use jiff::Timestamp;
use rustls::{
    CertificateError, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, UnixTime, pem::PemObject as _},
    server::WebPkiClientVerifier,
};
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// A certificate chain, leaf first.
pub(super) struct Identity {
    leaf: CertificateDer<'static>,
    chain: Vec<CertificateDer<'static>>,
    /// Seconds since 1970.
    not_before: i64,
    not_after: i64,
    issuer: String,
}

/// Reads the chain of an identity's file.
pub(super) fn read(file: &Path) -> Result<Identity, String> {
    let name = file.display();
    let text = std::fs::read(file).map_err(|error| {
        format!("`{name}` cannot be read: {error}; give your certificate and key with --identity")
    })?;
    let sections = CertificateDer::pem_slice_iter(&text).collect::<Result<Vec<_>, _>>();
    let damaged = || format!("`{name}` is damaged; ask your consortium for it again");
    let mut chain = sections.map_err(|_| damaged())?.into_iter();
    let leaf = chain.next().ok_or_else(|| {
        format!("`{name}` holds no certificate; it must hold your certificate and its key")
    })?;
    let (_, parsed) = X509Certificate::from_der(&leaf).map_err(|_| damaged())?;
    let validity = parsed.validity();
    let (not_before, not_after) = (
        validity.not_before.timestamp(),
        validity.not_after.timestamp(),
    );
    let issuer = parsed.issuer().to_string();
    Ok(Identity {
        chain: chain.collect(),
        not_before,
        not_after,
        issuer,
        leaf,
    })
}

impl Identity {
    /// The visitor's own certificate, DER.
    pub(super) fn leaf(&self) -> &[u8] {
        &self.leaf
    }

    /// Whether the clock can be right: it is not before the certificate's issue.
    pub(super) fn clock(&self, now_ms: i64) -> Result<String, String> {
        let now = day(now_ms.div_euclid(1000));
        if now_ms < self.not_before.saturating_mul(1000) {
            return Err(format!(
                "the clock of this machine says {now}, but your certificate begins at {}; set the clock",
                day(self.not_before)
            ));
        }
        Ok(format!("this machine says {now}"))
    }

    /// Whether the certificate is in force.
    pub(super) fn expiry(&self, now_ms: i64) -> Result<String, String> {
        let end = day(self.not_after);
        if now_ms > self.not_after.saturating_mul(1000) {
            return Err(format!(
                "your certificate expired at {end}; ask your consortium for a new one"
            ));
        }
        Ok(format!("your certificate is in force until {end}"))
    }

    /// Whether the certificate leads to the authorities in `ca`.
    pub(super) fn authority(&self, ca: &Path, now_ms: i64) -> Result<String, String> {
        let name = ca.display();
        let damaged =
            || format!("`{name}` holds no authorities; get it from your consortium again");
        let mut roots = RootCertStore::empty();
        let sections = CertificateDer::pem_file_iter(ca).map_err(|_| damaged())?;
        for section in sections {
            roots
                .add(section.map_err(|_| damaged())?)
                .map_err(|_| damaged())?;
        }
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
            .build()
            .map_err(|_| damaged())?;
        let since = std::time::Duration::from_millis(u64::try_from(now_ms).unwrap_or(0));
        let now = UnixTime::since_unix_epoch(since);
        match verifier.verify_client_cert(&self.leaf, &self.chain, now) {
            Ok(_) => Ok(format!(
                "your certificate leads to an authority in `{name}`"
            )),
            Err(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {
                Err(format!(
                    "your certificate was issued by `{}`, which is not in `{name}`; get both from the same consortium",
                    self.issuer
                ))
            }
            Err(error) => Err(format!(
                "your certificate cannot be used to visit: {error}; ask your consortium for a new one"
            )),
        }
    }
}

fn day(seconds: i64) -> String {
    Timestamp::from_second(seconds)
        .map_or_else(|_| format!("second {seconds}"), |time| time.to_string())
}
