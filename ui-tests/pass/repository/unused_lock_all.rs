//! Compiles: awaited.

#![deny(unused_must_use)]

use lockproof::{Lockable, Repository, Result};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn run(accounts: &dyn Repository<Account>) -> Result<()> {
    drop(accounts.lock_all(&[1, 2]).await?);
    Ok(())
}

fn main() {}
