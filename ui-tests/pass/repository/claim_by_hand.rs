//! Compiles: the repository does.

use lockproof::{Claim, Lockable, MemoryStorage, Repo, Result, Storage};

#[derive(Lockable, Clone)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn around(accounts: &Repo<Account, MemoryStorage<Account>>) -> Result<()> {
    drop(lockproof::Repository::lock(accounts, &1).await?);
    Ok(())
}

fn main() {}
