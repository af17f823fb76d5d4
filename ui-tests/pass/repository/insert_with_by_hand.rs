//! Compiles: the repository does.

use lockproof::{InsertWith, Lockable, MemoryStorage, Repo, Result, Storage};

#[derive(Lockable, Clone)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn around(accounts: &Repo<Account, MemoryStorage<Account>>) -> Result<()> {
    lockproof::RepositoryExt::insert_with(accounts, |id| Account { id, balance: 0 }).await?;
    Ok(())
}

fn main() {}
