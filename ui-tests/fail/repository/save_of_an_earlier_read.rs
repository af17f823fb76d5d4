//! Locking an entity does not make writable what was read of it before.

use lockproof::{Lockable, Repository, Result};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn refund(accounts: &dyn Repository<Account>, id: u64) -> Result<()> {
    let mut read = accounts.find(&id).await?.expect("an account");
    let mut locked = accounts.lock(&id).await?;
    accounts.save(&mut read).await
}

fn main() {}
