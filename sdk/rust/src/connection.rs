//! Where to visit, as whom, and on whose behalf.

use std::{path::PathBuf, time::Duration};

use sekisho_receipt::VerifierKey;
use sekisho_runtime::tls::ClientTls;
use tonic::metadata::{Ascii, MetadataValue};

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(10);

/// What a visit needs.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The gateway, `host:port`.
    pub address: String,
    /// The visitor's certificate chain and private key, one PEM file.
    pub identity: PathBuf,
    /// The consortium's authorities, PEM.
    pub ca: PathBuf,
    /// The project on whose behalf the visit is made, for example `P-0001`.
    pub project: String,
    /// The keys of the ledgers that receipts are held against; pin them once,
    /// see [`crate::read_trust`]. May be empty.
    pub trust: Vec<VerifierKey>,
    /// The language in which reasons are told: `en`, or `ja` for Japanese. May be empty.
    pub language: String,
    /// How long a call may take; the server hears it. 120 s by default.
    pub timeout: Duration,
}

impl Default for Connection {
    fn default() -> Self {
        Self {
            address: String::new(),
            identity: PathBuf::new(),
            ca: PathBuf::new(),
            project: String::new(),
            trust: Vec::new(),
            language: String::new(),
            timeout: Duration::from_secs(120),
        }
    }
}

/// An address that is not `host:port`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no address; write host and port, for example `localhost:7443`")]
pub struct UnusableAddress(pub String);

/// A language that cannot be asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no language; write `en` or `ja`")]
pub struct UnusableLanguage(pub String);

impl Connection {
    /// The language as calls ask for it, if they do.
    pub(crate) fn language(&self) -> Result<Option<MetadataValue<Ascii>>, UnusableLanguage> {
        if self.language.is_empty() {
            return Ok(None);
        }
        let unusable = |_| UnusableLanguage(self.language.clone());
        self.language.parse().map(Some).map_err(unusable)
    }

    /// Host and port of the gateway; a leading `https://` may be written.
    ///
    /// # Errors
    ///
    /// Fails if the address has another form.
    pub fn host_and_port(&self) -> Result<(&str, u16), UnusableAddress> {
        let unusable = || UnusableAddress(self.address.clone());
        let address = self.address.trim_end_matches('/');
        let address = address.strip_prefix("https://").unwrap_or(address);
        let (host, port) = address.rsplit_once(':').ok_or_else(unusable)?;
        let bracketed = host.starts_with('[') && host.ends_with(']');
        if host.is_empty() || host.contains('/') || (host.contains(':') && !bracketed) {
            return Err(unusable());
        }
        Ok((host, port.parse().map_err(|_| unusable())?))
    }

    /// What the TLS connection is made from.
    ///
    /// # Errors
    ///
    /// Fails if the address is not `host:port`.
    pub fn tls(&self) -> Result<ClientTls, UnusableAddress> {
        let (host, port) = self.host_and_port()?;
        Ok(ClientTls {
            endpoint: format!("https://{host}:{port}"),
            ca: self.ca.clone(),
            certificate: self.identity.clone(),
            key: None,
            server_name: None,
            server_uri: None,
            connect_timeout: CONNECT,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host_and_port(address: &str) -> Option<(String, u16)> {
        let connection = Connection {
            address: address.to_owned(),
            ..Connection::default()
        };
        let parts = connection.host_and_port().ok();
        parts.map(|(host, port)| (host.to_owned(), port))
    }

    #[test]
    fn an_address_is_host_and_port_with_or_without_its_scheme() {
        let local = Some(("localhost".to_owned(), 7443));
        assert_eq!(host_and_port("localhost:7443"), local);
        assert_eq!(host_and_port("https://localhost:7443/"), local);
        assert_eq!(
            host_and_port("[::1]:7443"),
            Some(("[::1]".to_owned(), 7443))
        );
    }

    #[test]
    fn what_is_no_host_and_port_is_refused() {
        for address in [
            "",
            "localhost",
            "localhost:",
            ":7443",
            "localhost:70000",
            "http://a:1",
            "a/b:1",
            "::1:7443",
        ] {
            assert_eq!(host_and_port(address), None, "{address}");
        }
    }
}
