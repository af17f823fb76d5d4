//! Nobody but the repository can ask a storage to insert under an id of its own.

use lockproof::{InsertWith, Lockable, MemoryStorage, Repo, Result, Storage};

#[derive(Lockable, Clone)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn around(accounts: &Repo<Account, MemoryStorage<Account>>) -> Result<()> {
    accounts.storage().insert_with(InsertWith { make: &|id| Account { id, balance: 0 }, version: 1 }).await?;
    Ok(())
}

fn main() {}
