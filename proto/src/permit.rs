//! What a permit is signed over and bound to: gateway and enclave must agree on it to the byte.

use sha2::{Digest as _, Sha256};

/// What stands before a permit's bytes under the signature.
const CONTEXT: &[u8] = b"sekisho permit v1\0";

/// The columns of a permit that may use all.
pub const ALL_COLUMNS: &str = "*";

/// The bytes that the gateway signs.
#[must_use]
pub fn signed_bytes(permit: &[u8]) -> Vec<u8> {
    [CONTEXT, permit].concat()
}

/// What is asked, in the words that permits are bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wording<'a> {
    /// Nothing that has a text.
    Nothing,
    /// A query.
    Sql(&'a str),
    /// An analysis, by its text ([`crate::analysis::text`]).
    Analysis(&'a str),
}

impl Wording<'_> {
    /// The digest of asking this of a dataset on behalf of a project. An analysis has an operation
    /// of its own in it, so that none is a query.
    #[must_use]
    pub fn digest(self, project: &str, dataset: &str, operation: &str) -> [u8; 32] {
        match self {
            Wording::Nothing => question_digest(project, dataset, operation, ""),
            Wording::Sql(sql) => question_digest(project, dataset, operation, sql),
            Wording::Analysis(text) => question_digest(project, dataset, "analyze", text),
        }
    }
}

/// SHA-256 over project, dataset, operation and query, each behind its length in bytes as a
/// big-endian u64, so that no two questions share their bytes. The query is empty for operations
/// without one.
#[must_use]
pub fn question_digest(project: &str, dataset: &str, operation: &str, sql: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    for field in [project, dataset, operation, sql] {
        hash.update((field.len() as u64).to_be_bytes());
        hash.update(field.as_bytes());
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_of_a_question_is_what_the_proto_says() {
        // printf '\0\0\0\0\0\0\0\6P-0001\0\0\0\0\0\0\0\13demo-cancer\0\0\0\0\0\0\0\5query\0\0\0\0\0\0\0\10SELECT 1' | sha256sum
        let digest = question_digest("P-0001", "demo-cancer", "query", "SELECT 1");
        let written: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(
            written,
            "90328e99efa6d0361469b0bcc0bca67707f1025e3f53e13acda75cea2a2f2ccc"
        );
    }

    #[test]
    fn no_two_questions_share_a_digest() {
        let digest = question_digest("P-0001", "demo", "query", "SELECT 1");
        let others = [
            question_digest("P-0001d", "emo", "query", "SELECT 1"),
            question_digest("P-0001", "demoq", "uery", "SELECT 1"),
            question_digest("P-0001", "demo", "query", "SELECT 2"),
            question_digest("P-0001", "demo", "check", "SELECT 1"),
            question_digest("", "P-0001demo", "query", "SELECT 1"),
        ];
        assert!(!others.contains(&digest));
        assert_eq!(
            digest,
            question_digest("P-0001", "demo", "query", "SELECT 1")
        );
    }
}
