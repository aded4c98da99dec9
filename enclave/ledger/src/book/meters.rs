//! What visits spent beside queries, by account.

use std::collections::BTreeMap;

use sekisho_receipt::Metered;

use crate::error::ReserveError;
use crate::visit::Meter;

/// What every account has spent. It never falls.
#[derive(Debug, Default)]
pub(crate) struct Meters(BTreeMap<String, u64>);

impl Meters {
    /// What an account has spent.
    pub(crate) fn spent(&self, account: &str) -> u64 {
        self.0.get(account).copied().unwrap_or(0)
    }

    /// Every account that ever spent something.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0
            .iter()
            .map(|(account, spent)| (account.as_str(), *spent))
    }

    /// What spending all of these would say in a leaf, if each account has
    /// enough left. One that is named twice spends twice. Nothing is spent yet.
    pub(crate) fn quote(&self, meters: Vec<Meter>) -> Result<Vec<Metered>, ReserveError> {
        let mut quoted = Vec::<Metered>::with_capacity(meters.len());
        for meter in meters {
            let earlier = quoted
                .iter()
                .rfind(|earlier| earlier.account == meter.account);
            let spent_before =
                earlier.map_or_else(|| self.spent(&meter.account), |meter| meter.spent_after);
            let spent_after = spent_before
                .checked_add(meter.amount)
                .filter(|after| *after <= meter.limit);
            let Some(spent_after) = spent_after else {
                return Err(ReserveError::MeterExhausted {
                    spent: self.spent(&meter.account),
                    account: meter.account,
                    limit: meter.limit,
                });
            };
            quoted.push(Metered {
                account: meter.account,
                amount: meter.amount,
                limit: meter.limit,
                spent_before,
                spent_after,
            });
        }
        Ok(quoted)
    }

    /// Takes what a leaf says was spent.
    pub(super) fn take(&mut self, meters: &[Metered]) -> Result<(), String> {
        for meter in meters {
            let (account, before) = (&meter.account, self.spent(&meter.account));
            if meter.spent_before != before {
                return Err(format!(
                    "`spent_before` of `{account}` is {}, but {before} had been spent",
                    meter.spent_before
                ));
            }
            if before.checked_add(meter.amount) != Some(meter.spent_after) {
                return Err(format!(
                    "`spent_after` of `{account}` is not `spent_before` and `amount`"
                ));
            }
            if meter.spent_after > meter.limit {
                return Err(format!("`{account}` spends more than its limit"));
            }
            self.0.insert(account.clone(), meter.spent_after);
        }
        Ok(())
    }
}
