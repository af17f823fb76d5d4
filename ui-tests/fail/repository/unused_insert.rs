//! An insert that is not awaited stores nothing.

#![deny(unused_must_use)]

use lockproof::{Lockable, Repository, Result, Transient};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn run(accounts: &dyn Repository<Account>) -> Result<()> {
    accounts.insert(Transient::new(Account { id: 1, balance: 0 }));
    Ok(())
}

fn main() {}
