//! Compiles: locked first.

use lockproof::{Lockable, MemoryStorage, Repo, Repository, Result};

#[derive(Lockable, Clone)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn refund(accounts: &Repo<Account, MemoryStorage<Account>>, id: u64) -> Result<()> {
    let mut account = accounts.lock(&id).await?;
    accounts.save(&mut account).await
}

fn main() {}
