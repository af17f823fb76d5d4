//! Compiles: the repository makes it.

use lockproof::{Lockable, Locked, Persistent, Repository, Result};

#[derive(Lockable, Default)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn forge(accounts: &dyn Repository<Account>) -> Result<()> {
    let mut account: Locked<Persistent<Account>> = accounts.lock(&1).await?;
    accounts.save(&mut account).await
}

fn main() {}
