//! The id of an entity is not its lock.

use lockproof::{Lockable, Repository, Result};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn close(accounts: &dyn Repository<Account>, id: u64) -> Result<()> {
    accounts.delete(id).await?;
    Ok(())
}

fn main() {}
