//! A lease with the name of an entity is not the entity's lock: nothing was read under it.

use lockproof::{Lockable, Locks, Repository, Result};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn refund(locks: &Locks, accounts: &dyn Repository<Account>, id: u64) -> Result<()> {
    let mut account = locks.lock(Account::lock_key(&id)).acquire().await?;
    accounts.save(&mut account).await
}

fn main() {}
