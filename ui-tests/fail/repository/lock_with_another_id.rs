//! The id of an order locks no account.

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
    let id = OrderId(1);
    let mut account = accounts.lock(&id).await?;
    account.balance += 1;
    accounts.save(&mut account).await
}

fn main() {}
