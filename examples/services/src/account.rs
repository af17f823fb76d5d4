//! The entity, and the repository as this domain wants it.

use lockproof::{Lockable, Persistent, Query, Repo, Repository, RepositoryFuture, Storage, field};

/// An amount of money.
pub(crate) type Cents = i64;

/// As people write it.
pub(crate) fn shown(cents: Cents) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.unsigned_abs() / 100, cents.unsigned_abs() % 100)
}

#[derive(Lockable, Clone, Debug)]
pub(crate) struct Account {
    #[lock(id)]
    pub(crate) id: u64,
    pub(crate) balance: Cents,
}

/// All that every repository of accounts has, and a query of this domain's own. It finds accounts to read; to change
/// one, lock it.
pub(crate) trait AccountRepository: Repository<Account> {
    /// The accounts below zero, the deepest first.
    fn overdrawn(&self) -> RepositoryFuture<'_, Vec<Persistent<Account>>>;
}

// `Repo` is a `Repository<Account>` already, so only the query is left to write. Over tables of one's own it is SQL:
// `self.storage()` has the pool, and `Persistent::from_stored` takes the rows.
impl<S: Storage<Account>> AccountRepository for Repo<Account, S> {
    fn overdrawn(&self) -> RepositoryFuture<'_, Vec<Persistent<Account>>> {
        Box::pin(async move {
            let by_balance = Query::all().order_by(field!(Account.balance).ascending());
            let mut accounts = self.find_all(by_balance).await?;
            accounts.retain(|account| account.balance < 0);
            Ok(accounts)
        })
    }
}
