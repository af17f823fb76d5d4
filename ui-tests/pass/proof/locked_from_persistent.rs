//! Compiles: read under the lock.

use lockproof::{Lockable, Locked, Persistent, Repository, Result};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn forge(accounts: &dyn Repository<Account>, row: Persistent<Account>) -> Result<()> {
    let mut account: Locked<Persistent<Account>> = accounts.lock(row.id()).await?;
    accounts.save(&mut account).await
}

fn main() {}
