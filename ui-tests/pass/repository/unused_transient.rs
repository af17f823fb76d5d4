//! Compiles: inserted.

#![deny(unused_must_use)]

use lockproof::{Lockable, Repository, Result, Transient};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn open(accounts: &dyn Repository<Account>, id: u64) -> Result<()> {
    if accounts.find(&id).await?.is_none() {
        accounts.insert(Transient::new(Account { id, balance: 0 })).await?;
    }
    Ok(())
}

fn main() {}
