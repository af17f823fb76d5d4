//! Compiles: what is new can.

use lockproof::{Lockable, Repository, Result};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn open(accounts: &dyn Repository<Account>, id: u64) -> Result<()> {
    let account = lockproof::Transient::new(Account { id, balance: 0 });
    accounts.insert(account).await?;
    Ok(())
}

fn main() {}
