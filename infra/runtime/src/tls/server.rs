//! The server's side: what a client must show before it is heard.

use std::{
    path::PathBuf,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use rustls::{
    ServerConfig,
    server::{NoServerSessionStorage, WebPkiClientVerifier},
    sign::SingleCertAndKey,
};
use tokio_rustls::TlsAcceptor;

use super::{TlsError, pem, provider};

/// The files of a server.
#[derive(Clone, Debug)]
pub struct ServerTls {
    /// The server's certificate chain, leaf first, PEM.
    pub certificate: PathBuf,
    /// Its private key, PEM.
    pub key: PathBuf,
    /// The certificates that clients' certificates must lead to, PEM.
    pub client_ca: PathBuf,
    /// Revocation lists of these authorities, PEM. Once one is given, a
    /// certificate of an authority without a list is refused, and so is every
    /// certificate when the list's next update is overdue.
    pub client_crl: Option<PathBuf>,
}

/// Accepts TLS connections. Clones share their certificates and counts.
#[derive(Clone, Debug)]
pub struct Acceptor {
    files: Arc<ServerTls>,
    current: Arc<RwLock<Arc<ServerConfig>>>,
    failed: Arc<AtomicU64>,
}

/// Loads a server's files: TLS 1.3 only, ALPN `h2`, client certificates
/// required.
///
/// # Errors
///
/// Fails if a file is unreadable, empty or damaged, or if key and certificate
/// are not a pair.
pub fn server_acceptor(files: &ServerTls) -> Result<Acceptor, TlsError> {
    Ok(Acceptor {
        current: Arc::new(RwLock::new(configuration(files)?)),
        files: Arc::new(files.clone()),
        failed: Arc::new(AtomicU64::new(0)),
    })
}

impl Acceptor {
    /// Loads certificate, key, authorities and revocation lists again, all or
    /// none; connections made from now on use them.
    ///
    /// # Errors
    ///
    /// As [`server_acceptor`]; what was loaded before stays in force.
    pub fn reload(&self) -> Result<(), TlsError> {
        let fresh = configuration(&self.files)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// How many handshakes have failed so far.
    #[must_use]
    pub fn failed_handshakes(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }

    pub(super) fn count_failure(&self) {
        self.failed.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn current(&self) -> TlsAcceptor {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        TlsAcceptor::from(Arc::clone(&current))
    }
}

fn configuration(files: &ServerTls) -> Result<Arc<ServerConfig>, TlsError> {
    let pair = pem::pair(&files.certificate, &files.key)?;
    let roots = Arc::new(pem::roots(&files.client_ca)?);
    let mut verifier = WebPkiClientVerifier::builder_with_provider(roots, provider());
    if let Some(file) = &files.client_crl {
        verifier = verifier
            .with_crls(pem::revocations(file)?)
            .only_check_end_entity_revocation()
            .enforce_revocation_expiration();
    }
    let verifier = verifier.build().map_err(|_| {
        let (file, wanted) = match &files.client_crl {
            Some(crl) => (crl, "certificate revocation list"),
            None => (&files.client_ca, "CA certificate"),
        };
        pem::damaged(file, wanted)
    })?;
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_client_cert_verifier(verifier)
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(pair)));
    config.alpn_protocols = vec![b"h2".to_vec()];
    // A resumed session would not look at expiry and revocation again.
    config.send_tls13_tickets = 0;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    Ok(Arc::new(config))
}
