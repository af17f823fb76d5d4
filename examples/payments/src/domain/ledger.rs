use std::sync::Arc;

use lockproof::{Locked, Persistent, Repository, Result, Transient};
use serde::{Deserialize, Serialize};

use super::{Account, AccountId, Payment};

/// Applies payments to accounts, each payment once.
pub(crate) struct Ledger {
    accounts: Arc<dyn Repository<Account>>,
}

/// What became of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Outcome {
    /// The account has it from now on.
    Applied,
    /// The account had it already.
    Duplicate,
}

impl Ledger {
    pub(crate) fn new(accounts: Arc<dyn Repository<Account>>) -> Self {
        Self { accounts }
    }

    /// Makes a new account.
    pub(crate) async fn open(&self, id: AccountId) -> Result<()> {
        self.accounts.insert(Transient::new(Account::new(id))).await.map(drop)
    }

    /// Locks the account, applies the payment unless it was applied before, and saves.
    ///
    /// After any error the same call can be made again: if the payment was saved in spite of it, it is a duplicate.
    pub(crate) async fn apply(&self, payment: &Payment) -> Result<Outcome> {
        let mut account = self.accounts.lock(&payment.account).await?;
        self.book(&mut account, payment).await
        // The guard goes, and with it the lock.
    }

    /// The signature says it: nobody gets here without holding the account's lock.
    async fn book(&self, account: &mut Locked<Persistent<Account>>, payment: &Payment) -> Result<Outcome> {
        if account.has(&payment.id) {
            return Ok(Outcome::Duplicate);
        }
        account.book(payment);
        self.accounts.save(account).await?;
        Ok(Outcome::Applied)
    }
}
