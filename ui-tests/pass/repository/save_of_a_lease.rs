//! Compiles: lock and load in one.

use lockproof::{Lockable, Locks, Repository, Result};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn refund(locks: &Locks, accounts: &dyn Repository<Account>, id: u64) -> Result<()> {
    let mut account = accounts.lock(&id).await?;
    accounts.save(&mut account).await
}

fn main() {}
