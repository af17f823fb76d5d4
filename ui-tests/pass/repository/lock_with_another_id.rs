//! Compiles: the id of an account does.

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
    let mut account = accounts.lock(&id).await?;
    account.balance += 1;
    accounts.save(&mut account).await
}

fn main() {}
