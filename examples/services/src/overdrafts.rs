//! A service over the domain's own trait: it needs the query.

use std::sync::Arc;

use lockproof::{Locked, Persistent, Result};

use crate::{
    account::{Account, AccountRepository, Cents},
    teller::Teller,
};

/// What overdrawing an account costs.
pub(crate) const FEE: Cents = 500;

pub(crate) struct Overdrafts {
    accounts: Arc<dyn AccountRepository>,
}

impl Overdrafts {
    pub(crate) fn new(accounts: Arc<dyn AccountRepository>) -> Self {
        Self { accounts }
    }

    /// Takes the fee, through the teller and under the lock that the caller holds.
    pub(crate) async fn charge(
        &self,
        account: &mut Locked<Persistent<Account>>,
        teller: &Teller,
    ) -> Result<()> {
        teller.book(account, -FEE).await
    }

    /// Takes the fee once more from all that are still overdrawn, and says from how many.
    pub(crate) async fn charge_all(&self, teller: &Teller) -> Result<usize> {
        let mut charged = 0;
        for found in self.accounts.overdrawn().await? {
            // What was found may be out of date, and cannot be saved: the lock loads it anew.
            let Some(mut account) = self.accounts.lock(found.id()).optional().await? else { continue };
            if account.balance < 0 {
                self.charge(&mut account, teller).await?;
                charged += 1;
            }
            Locked::release(account).await?;
        }
        Ok(charged)
    }
}
