//! Nobody but the repository can ask a storage to read under a lock.

use lockproof::{Claim, Lockable, MemoryStorage, Repo, Result, Storage};

#[derive(Lockable, Clone)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn around(accounts: &Repo<Account, MemoryStorage<Account>>) -> Result<()> {
    accounts.storage().claim(Claim {}).await?;
    Ok(())
}

fn main() {}
