//! The library's own repository demands the lock as well.

use lockproof::{Lockable, MemoryStorage, Repo, Repository, Result};

#[derive(Lockable, Clone)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn refund(accounts: &Repo<Account, MemoryStorage<Account>>, id: u64) -> Result<()> {
    let mut account = accounts.find(&id).await?.expect("an account");
    accounts.save(&mut account).await
}

fn main() {}
