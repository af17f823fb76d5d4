//! Compiles: `delete_by_id` takes the lock itself.

use lockproof::{Lockable, Repository, Result};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn close(accounts: &dyn Repository<Account>, id: u64) -> Result<()> {
    accounts.delete_by_id(&id).await?;
    Ok(())
}

fn main() {}
