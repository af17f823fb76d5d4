//! Compiles: the repository does.

use lockproof::{Lockable, MemoryStorage, Repo, Result, Storage, Update};

#[derive(Lockable, Clone)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn around(accounts: &Repo<Account, MemoryStorage<Account>>, account: Account) -> Result<()> {
    lockproof::Repository::lock(accounts, &1).await?.balance = account.balance;
    Ok(())
}

fn main() {}
