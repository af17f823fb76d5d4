//! Compiles: ids of accounts do.

use lockproof::{LockKeyPart, Lockable, Repository, Result};

#[derive(Clone, PartialEq, Eq, Hash, LockKeyPart)]
struct AccountId(u64);

#[derive(Clone, PartialEq, Eq, Hash, LockKeyPart)]
struct OrderId(u64);

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: AccountId,
    balance: i64,
}

async fn refund(accounts: &dyn Repository<Account>) -> Result<()> {
    let id = AccountId(1);
    let mut all = accounts.lock_all(&[id]).await?;
    all[0].balance += 1;
    accounts.save(&mut all[0]).await
}

fn main() {}
