//! Nobody but the repository can ask a storage to delete.

use lockproof::{Delete, Lockable, MemoryStorage, Repo, Result, Storage};

#[derive(Lockable, Clone)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn around(accounts: &Repo<Account, MemoryStorage<Account>>) -> Result<()> {
    accounts.storage().delete(Delete {}).await?;
    Ok(())
}

fn main() {}
