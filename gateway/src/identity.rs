//! Who is visiting: the URI subject alternative name of the verified client
//! certificate, and nothing that the visitor says of itself.

use sekisho_policies::{Denial, Language};
use sekisho_runtime::{
    status::{Failure, Reason},
    tls::Peer,
};
use tonic::Extensions;

use crate::decision::told;

/// A visitor whose certificate is in force. Whether the consortium knows it is
/// for the policies to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Principal(String);

impl Principal {
    /// The visitor behind a request.
    pub(crate) fn of(
        extensions: &Extensions,
        language: Language,
        now_ms: i64,
    ) -> Result<Self, Failure> {
        extensions
            .get::<Peer>()
            .filter(|peer| !peer.expired(now_ms))
            .and_then(Peer::uri)
            .map(|uri| Self(uri.to_owned()))
            .ok_or_else(|| unknown(language))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The failure of everybody whom the consortium does not know: always the same.
pub(crate) fn unknown(language: Language) -> Failure {
    told(Reason::Unauthenticated, Denial::Unknown, language)
}
