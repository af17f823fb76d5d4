//! A save that is not awaited writes nothing.

#![deny(unused_must_use)]

use lockproof::{Lockable, Locked, Persistent, Repository, Result};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn run(accounts: &dyn Repository<Account>, account: &mut Locked<Persistent<Account>>) -> Result<()> {
    accounts.save(account);
    Ok(())
}

fn main() {}
