//! Certificates and keys for development. A consortium has an authority of its
//! own; this one keeps its key in a file.
//!
//! ```text
//! DIR/ca.pem  ca.key  crl.pem        the authority and what it has revoked
//!     permit.key  permit.pub         the key that signs permits, and the one that checks them
//!     gateway.pem  gateway.key       the gateway, as a server and towards enclaves
//!     enclaves/NAME.pem  NAME.key
//!     people/NAME.pem                certificate and key in one file
//! ```

mod authority;
mod files;

use std::path::{Path, PathBuf};

use anyhow::bail;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use clap::{Args, Subcommand, ValueEnum};
use ed25519_dalek::SigningKey;

use authority::{Authority, Certificate, Role};
use files::{private, public};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make an authority, the permit keys and the gateway's certificate.
    #[command(after_help = "Example:\n  sekisho-gateway pki init dev")]
    Init {
        /// The folder; it must not hold an authority yet.
        dir: PathBuf,
        #[command(flatten)]
        terms: Terms,
    },
    /// Issue a certificate.
    #[command(
        after_help = "Example:\n  sekisho-gateway pki issue dev enclave east\n  sekisho-gateway pki issue dev person researcher"
    )]
    Issue {
        /// The folder of the authority.
        dir: PathBuf,
        /// Whom it is for.
        #[arg(value_enum)]
        role: Holder,
        /// The holder's name, 1 to 40 of a-z, 0-9 and -; for the gateway `gateway`.
        name: String,
        #[command(flatten)]
        terms: Terms,
    },
    /// Revoke a certificate: rewrites crl.pem, which a gateway reads on SIGHUP.
    #[command(after_help = "Example:\n  sekisho-gateway pki revoke dev dev/people/researcher.pem")]
    Revoke {
        /// The folder of the authority.
        dir: PathBuf,
        /// The certificate.
        certificate: PathBuf,
        /// For how many days the list is valid.
        #[arg(long, default_value_t = 365)]
        days: u16,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Holder {
    Person,
    Enclave,
    Gateway,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct Terms {
    /// For how many days the certificate is valid.
    #[arg(long, default_value_t = 90)]
    days: u16,
    /// Issue a certificate that ended yesterday, to see it refused.
    #[arg(long, conflicts_with = "not_before")]
    expired: bool,
    /// Begin this many days from today.
    #[arg(long, value_name = "DAYS")]
    not_before: Option<u16>,
    /// The trust domain of the URIs.
    #[arg(long, default_value = "consortium.example")]
    domain: String,
    /// A further DNS name of a server, beside localhost.
    #[arg(long, value_name = "NAME")]
    dns: Vec<String>,
}

/// Does what the command says.
pub(crate) fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Init { dir, terms } => init(dir, terms),
        Command::Issue {
            dir,
            role,
            name,
            terms,
        } => issue(&Authority::load(dir)?, dir, *role, name, terms),
        Command::Revoke {
            dir,
            certificate,
            days,
        } => Authority::load(dir)?.revoke(&dir.join("crl.pem"), certificate, *days),
    }
}

fn init(dir: &Path, terms: &Terms) -> anyhow::Result<()> {
    if dir.join("ca.key").exists() {
        bail!(
            "`{}` holds an authority already; choose another folder or issue from it",
            dir.display()
        );
    }
    let authority = Authority::create(dir, &terms.domain)?;
    authority.write_revocations(&dir.join("crl.pem"), Vec::new(), 365)?;
    let seed = rand::random::<[u8; 32]>();
    let verifying = SigningKey::from_bytes(&seed).verifying_key();
    private(&dir.join("permit.key"), &line(&seed))?;
    public(&dir.join("permit.pub"), &line(verifying.as_bytes()))?;
    issue(&authority, dir, Holder::Gateway, "gateway", terms)
}

fn issue(
    authority: &Authority,
    dir: &Path,
    holder: Holder,
    name: &str,
    terms: &Terms,
) -> anyhow::Result<()> {
    if !crate::request::is_dataset(name) {
        bail!("`{name}` is no name: write 1 to 40 of a-z, 0-9 and -");
    }
    let (path, role) = match holder {
        Holder::Person => (format!("people/{name}"), Role::Visitor),
        Holder::Enclave => (format!("enclaves/{name}"), Role::Server),
        Holder::Gateway => (name.to_owned(), Role::Both),
    };
    let from = match (terms.expired, terms.not_before) {
        (true, _) => -i64::from(terms.days) - 1,
        (false, Some(days)) => i64::from(days),
        (false, None) => 0,
    };
    let issued = authority.issue(&Certificate {
        uri: format!("spiffe://{}/{path}", terms.domain),
        name,
        role,
        dns: &terms.dns,
        from,
        days: terms.days,
    })?;
    let certificate = dir.join(format!("{path}.pem"));
    match holder {
        Holder::Person => private(
            &certificate,
            &format!("{}{}", issued.certificate, issued.key),
        ),
        Holder::Enclave | Holder::Gateway => {
            private(&dir.join(format!("{path}.key")), &issued.key)?;
            public(&certificate, &issued.certificate)
        }
    }
}

fn line(bytes: &[u8]) -> String {
    format!("{}\n", STANDARD.encode(bytes))
}

#[cfg(test)]
mod tests;
