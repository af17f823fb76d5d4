//! Compiles: the repository does.

use lockproof::{Delete, Lockable, MemoryStorage, Repo, Result, Storage};

#[derive(Lockable, Clone)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn around(accounts: &Repo<Account, MemoryStorage<Account>>) -> Result<()> {
    lockproof::Repository::delete_by_id(accounts, &1).await?;
    Ok(())
}

fn main() {}
