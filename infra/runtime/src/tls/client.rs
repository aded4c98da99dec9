//! The client's side: a channel that shows its certificate and checks the
//! server's.

use std::{path::PathBuf, sync::Arc, time::Duration};

use rustls::{
    CertificateError, DigitallySignedStruct, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use tonic::transport::{Channel, ClientTlsConfig, Endpoint, Identity};

use super::{TlsError, pem, provider, uri_san};

/// What a client needs to reach a server.
#[derive(Clone, Debug)]
pub struct ClientTls {
    /// The server, `https://host:port`.
    pub endpoint: String,
    /// The certificates that the server's certificate must lead to, PEM.
    pub ca: PathBuf,
    /// The client's certificate chain, leaf first, PEM.
    pub certificate: PathBuf,
    /// The client's private key, PEM; none when it stands in `certificate`.
    pub key: Option<PathBuf>,
    /// The DNS name that the server's certificate must carry; none means the
    /// host of `endpoint`.
    pub server_name: Option<String>,
    /// The URI subject alternative name that the server's certificate must
    /// carry too, as its only one; none means that any will do.
    pub server_uri: Option<String>,
    /// How long connecting may take.
    pub connect_timeout: Duration,
}

/// A channel that connects when it is first used, and again when the
/// connection is lost. Call it inside a tokio runtime.
///
/// # Errors
///
/// As [`client_endpoint`]; whether the server answers shows in the first call.
pub fn client_channel(client: &ClientTls) -> Result<Channel, TlsError> {
    Ok(client_endpoint(client)?.connect_lazy())
}

/// An endpoint, for those who want to `connect().await` at once.
///
/// # Errors
///
/// Fails if a file is unreadable, empty or damaged, if key and certificate are
/// not a pair, or if the address is no `https://host:port`.
pub fn client_endpoint(client: &ClientTls) -> Result<Endpoint, TlsError> {
    let address = || TlsError::Address {
        address: client.endpoint.clone(),
    };
    let key = client.key.as_ref().unwrap_or(&client.certificate);
    // tonic checks nothing until the first connection.
    pem::pair(&client.certificate, key)?;
    let verifier = ServerVerifier::new(client)?;
    let mut tls = ClientTlsConfig::new()
        .identity(Identity::from_pem(
            pem::read(&client.certificate)?,
            pem::read(key)?,
        ))
        .timeout(client.connect_timeout);
    if let Some(name) = &client.server_name {
        tls = tls.domain_name(name);
    }
    let endpoint = Endpoint::from_shared(client.endpoint.clone()).map_err(|_| address())?;
    if endpoint.uri().scheme_str() != Some("https") || endpoint.uri().port().is_none() {
        return Err(address());
    }
    endpoint
        .connect_timeout(client.connect_timeout)
        .tcp_keepalive(Some(Duration::from_secs(30)))
        .http2_keep_alive_interval(Duration::from_secs(30))
        .keep_alive_timeout(Duration::from_secs(10))
        .max_frame_size(FRAME_BYTES)
        .tls_config_with_verifier(tls, Arc::new(verifier))
        .map_err(|_| address())
}

/// The longest frame of an answer. Smaller ones wake the reader for each of them.
const FRAME_BYTES: u32 = 256 << 10;

/// The usual verification, TLS 1.3 only, and the server's URI.
#[derive(Debug)]
struct ServerVerifier {
    usual: Arc<WebPkiServerVerifier>,
    uri: Option<String>,
}

impl ServerVerifier {
    fn new(client: &ClientTls) -> Result<Self, TlsError> {
        let roots = Arc::new(pem::roots(&client.ca)?);
        let usual = WebPkiServerVerifier::builder_with_provider(roots, provider())
            .build()
            .map_err(|_| pem::damaged(&client.ca, "CA certificate"))?;
        Ok(Self {
            usual,
            uri: client.server_uri.clone(),
        })
    }
}

impl ServerCertVerifier for ServerVerifier {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verified = self
            .usual
            .verify_server_cert(leaf, intermediates, name, ocsp, now)?;
        if self.uri.is_some() && uri_san(leaf) != self.uri {
            return Err(CertificateError::ApplicationVerificationFailure.into());
        }
        Ok(verified)
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(rustls::Error::General(
            "the server does not speak TLS 1.3".to_owned(),
        ))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.usual
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.usual.supported_verify_schemes()
    }
}
