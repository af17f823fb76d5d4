//! An entity is freed by an id of its own type.

use lockproof::{Lockable, Repository, Result};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn evict(accounts: &dyn Repository<Account>) -> Result<()> {
    accounts.force_release(&1).await?;
    Ok(())
}

fn main() {}
