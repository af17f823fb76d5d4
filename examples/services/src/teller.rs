//! A service over the library's own trait: it needs nothing but to save.

use std::sync::Arc;

use lockproof::{Locked, Persistent, Repository, Result};

use crate::{
    account::{Account, Cents},
    overdrafts::Overdrafts,
};

pub(crate) struct Teller {
    accounts: Arc<dyn Repository<Account>>,
}

impl Teller {
    pub(crate) fn new(accounts: Arc<dyn Repository<Account>>) -> Self {
        Self { accounts }
    }

    /// Pays out, and has the fee taken if that overdraws the account. The caller's lock goes along.
    pub(crate) async fn withdraw(
        &self,
        account: &mut Locked<Persistent<Account>>,
        cents: Cents,
        overdrafts: &Overdrafts,
    ) -> Result<()> {
        let was_covered = account.balance >= 0;
        self.book(account, -cents).await?;
        if was_covered && account.balance < 0 {
            overdrafts.charge(account, self).await?;
        }
        Ok(())
    }

    /// Changes the balance. Whoever calls this has the lock: the signature says so.
    pub(crate) async fn book(&self, account: &mut Locked<Persistent<Account>>, cents: Cents) -> Result<()> {
        account.balance += cents;
        self.accounts.save(account).await
    }
}
