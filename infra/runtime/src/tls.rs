//! Mutual TLS 1.3: certificates in, verified peers out.
//!
//! Servers accept TLS 1.3 with a client certificate and nothing else; who the
//! peer is stands in the one URI subject alternative name of its certificate,
//! never in its common name. Sessions are not resumed, so each connection
//! proves afresh that its certificate is in force.

mod client;
mod incoming;
mod peer;
mod pem;
mod server;

pub use client::{ClientTls, client_channel, client_endpoint};
pub use incoming::{Connection, Limits, incoming};
pub use peer::{Peer, peer_uri, uri_san};
pub use server::{Acceptor, ServerTls, server_acceptor};

use std::{path::PathBuf, sync::Arc};

use rustls::crypto::{CryptoProvider, aws_lc_rs};

/// What is wrong with the files of a TLS configuration.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("cannot read `{}`: {source}; check the path and its permissions", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file holds no section of the kind that is needed.
    #[error("`{}` holds no {wanted} in PEM form", file.display())]
    Empty {
        /// The file.
        file: PathBuf,
        /// What was looked for.
        wanted: &'static str,
    },
    /// A file is damaged.
    #[error("`{}` is not a usable {wanted}; write it again", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What it should be.
        wanted: &'static str,
    },
    /// Key and certificate are not a pair.
    #[error(
        "the key in `{}` does not belong to the certificate in `{}`; issue both together",
        key.display(),
        certificate.display()
    )]
    Mismatched {
        /// The key's file.
        key: PathBuf,
        /// The certificate's file.
        certificate: PathBuf,
    },
    /// An address is no `https://host:port`.
    #[error("`{address}` is not an address of the form `https://host:port`")]
    Address {
        /// The address as written.
        address: String,
    },
    /// The TLS library refuses the configuration.
    #[error("the TLS configuration is refused: {0}")]
    Refused(#[from] rustls::Error),
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

#[cfg(test)]
mod tests;
