//! Permits that charge nothing, remembered until they expire.

use std::collections::{BTreeSet, HashSet};

use sekisho_receipt::Nonce;

use crate::error::ReserveError;

/// Single-use numbers in memory.
#[derive(Debug, Default)]
pub(crate) struct SpentNonces {
    spent: HashSet<Nonce>,
    by_expiry: BTreeSet<(i64, Nonce)>,
}

impl SpentNonces {
    pub(crate) fn contains(&self, nonce: &Nonce) -> bool {
        self.spent.contains(nonce)
    }

    /// Remembers a number until it expires; refuses one that has, because it
    /// could not be remembered.
    pub(crate) fn spend(
        &mut self,
        nonce: Nonce,
        expires_at_ms: i64,
        now_ms: i64,
    ) -> Result<(), ReserveError> {
        while let Some((expiry, expired)) = self.by_expiry.first().copied() {
            if expiry >= now_ms {
                break;
            }
            self.by_expiry.pop_first();
            self.spent.remove(&expired);
        }
        if expires_at_ms < now_ms {
            return Err(ReserveError::NonceExpired);
        }
        if !self.spent.insert(nonce) {
            return Err(ReserveError::NonceUsed);
        }
        self.by_expiry.insert((expires_at_ms, nonce));
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use sekisho_receipt::Hex;

    use super::*;

    #[test]
    fn a_nonce_is_spent_once_and_forgotten_when_it_has_expired() {
        let mut nonces = SpentNonces::default();
        nonces.spend(Hex([1; 16]), 100, 50).unwrap();
        assert!(matches!(
            nonces.spend(Hex([1; 16]), 100, 100),
            Err(ReserveError::NonceUsed)
        ));
        assert!(matches!(
            nonces.spend(Hex([1; 16]), 100, 101),
            Err(ReserveError::NonceExpired)
        ));
        assert!(nonces.spent.is_empty() && nonces.by_expiry.is_empty());
    }
}
