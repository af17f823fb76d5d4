//! Compiles: the repository does.

use lockproof::{Insert, Lockable, MemoryStorage, Repo, Result, Storage};

#[derive(Lockable, Clone)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn around(accounts: &Repo<Account, MemoryStorage<Account>>, account: Account) -> Result<()> {
    lockproof::Repository::insert(accounts, lockproof::Transient::new(account)).await?;
    Ok(())
}

fn main() {}
