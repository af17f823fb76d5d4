//! Nobody but the repository can ask a storage to insert.

use lockproof::{Insert, Lockable, MemoryStorage, Repo, Result, Storage};

#[derive(Lockable, Clone)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn around(accounts: &Repo<Account, MemoryStorage<Account>>, account: Account) -> Result<()> {
    accounts.storage().insert(Insert { entity: &account, version: 1 }).await?;
    Ok(())
}

fn main() {}
