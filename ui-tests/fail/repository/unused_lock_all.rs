//! Locks that are asked for and not awaited are not taken.

#![deny(unused_must_use)]

use lockproof::{Lockable, Repository, Result};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn run(accounts: &dyn Repository<Account>) -> Result<()> {
    accounts.lock_all(&[1, 2]);
    Ok(())
}

fn main() {}
