//! Who is visiting: the URI subject alternative name of the verified client
//! certificate, and nothing that the visitor says of itself.

use sekisho_runtime::{
    status::{Failure, Reason},
    tls::Peer,
};
use tonic::Extensions;

/// A visitor whose certificate is in force. Whether the consortium knows it is
/// for the policies to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Principal(String);

impl Principal {
    /// The visitor behind a request.
    pub(crate) fn of(extensions: &Extensions, now_ms: i64) -> Result<Self, Failure> {
        extensions
            .get::<Peer>()
            .filter(|peer| !peer.expired(now_ms))
            .and_then(Peer::uri)
            .map(|uri| Self(uri.to_owned()))
            .ok_or_else(unknown)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The failure of everybody whom the consortium does not know: always the same.
pub(crate) fn unknown() -> Failure {
    Failure::new(
        Reason::Unauthenticated,
        "the certificate names nobody whom the consortium knows at present",
    )
    .help("ask your organisation to have its list of people checked, or renew the certificate")
}
