//! Who is at the other end of a connection.

use std::{net::SocketAddr, sync::Arc};

use rustls::pki_types::CertificateDer;
use x509_parser::{extensions::GeneralName, prelude::FromDer as _};

/// The verified certificate of a peer. tonic puts it into the extensions of
/// every request of the connection.
#[derive(Clone, Debug)]
pub struct Peer {
    certificate: Arc<CertificateDer<'static>>,
    uri: Option<Arc<str>>,
    not_after_ms: i64,
    address: Option<SocketAddr>,
}

impl Peer {
    pub(super) fn new(certificate: CertificateDer<'static>, address: Option<SocketAddr>) -> Self {
        let uri = uri_san(&certificate).map(Arc::from);
        let not_after_ms = x509_parser::certificate::X509Certificate::from_der(&certificate)
            .map_or(i64::MIN, |(_, parsed)| {
                parsed.validity().not_after.timestamp().saturating_mul(1000)
            });
        Self {
            certificate: Arc::new(certificate),
            uri,
            not_after_ms,
            address,
        }
    }

    /// The peer's name: the one URI subject alternative name of its
    /// certificate. None if it has none or several.
    #[must_use]
    pub fn uri(&self) -> Option<&str> {
        self.uri.as_deref()
    }

    /// Whether the certificate has expired by now. It had not at the handshake,
    /// but connections last.
    #[must_use]
    pub fn expired(&self, now_ms: i64) -> bool {
        now_ms > self.not_after_ms
    }

    /// The leaf certificate, DER.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// Where the connection comes from.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        self.address
    }
}

/// The name of the peer that sent `request`; see [`Peer::uri`]. None too when
/// the request did not come through [`super::incoming`].
#[must_use]
pub fn peer_uri<T>(request: &tonic::Request<T>) -> Option<String> {
    request
        .extensions()
        .get::<Peer>()
        .and_then(Peer::uri)
        .map(str::to_owned)
}

/// The URI subject alternative name of a DER certificate, if there is exactly
/// one. The common name is never read.
#[must_use]
pub fn uri_san(certificate: &[u8]) -> Option<String> {
    let (rest, parsed) = x509_parser::certificate::X509Certificate::from_der(certificate).ok()?;
    if !rest.is_empty() {
        return None;
    }
    let names = parsed.subject_alternative_name().ok()??;
    let mut uris = names
        .value
        .general_names
        .iter()
        .filter_map(|name| match name {
            GeneralName::URI(uri) => Some((*uri).to_owned()),
            _ => None,
        });
    match (uris.next(), uris.next()) {
        (Some(uri), None) if !uri.is_empty() => Some(uri),
        _ => None,
    }
}
