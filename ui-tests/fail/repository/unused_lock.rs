//! A lock that is asked for and not awaited is not taken.

#![deny(unused_must_use)]

use lockproof::{Lockable, Repository, Result};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn run(accounts: &dyn Repository<Account>) -> Result<()> {
    accounts.lock(&1);
    Ok(())
}

fn main() {}
