//! Nobody but the repository can ask a storage to write.

use lockproof::{Lockable, MemoryStorage, Repo, Result, Storage, Update};

#[derive(Lockable, Clone)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn around(accounts: &Repo<Account, MemoryStorage<Account>>, account: Account) -> Result<()> {
    accounts.storage().update(Update { entity: &account }).await?;
    Ok(())
}

fn main() {}
