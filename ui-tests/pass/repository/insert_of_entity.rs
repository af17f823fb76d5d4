//! Compiles: a `Transient`.

use lockproof::{Lockable, Repository, Result};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn open(accounts: &dyn Repository<Account>) -> Result<()> {
    let account = Account { id: 1, balance: 0 };
    accounts.insert(lockproof::Transient::new(account)).await?;
    Ok(())
}

fn main() {}
