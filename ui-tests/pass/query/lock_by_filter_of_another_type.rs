//! Compiles: one of accounts.

use lockproof::{Lockable, Locked, Repository, Result, field};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    email: String,
    rate: f64,
}

#[derive(Lockable)]
struct Order {
    #[lock(id)]
    id: u64,
    total: i64,
}

async fn lock(accounts: &dyn Repository<Account>) -> Result<()> {
    let filter = field!(Account.id).eq(1);
    let account = accounts.lock_one(filter).await?;
    Ok(Locked::release(account).await?)
}

fn main() {}
