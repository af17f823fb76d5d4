//! After `save_and_release` the lock is gone: what is changed then cannot be saved.

use lockproof::{Lockable, Locked, Persistent, Repository, Result};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn refund(accounts: &dyn Repository<Account>, mut account: Locked<Persistent<Account>>) -> Result<()> {
    accounts.save_and_release(account).await?;
    account.balance += 1;
    Ok(())
}

fn main() {}
