//! Compiles: the lock of an account does.

use lockproof::{Lockable, Repository, Result};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

#[derive(Lockable)]
struct Order {
    #[lock(id)]
    id: u64,
    total: i64,
}

async fn refund(accounts: &dyn Repository<Account>, orders: &dyn Repository<Order>, id: u64) -> Result<()> {
    let mut account = accounts.lock(&id).await?;
    accounts.save(&mut account).await
}

fn main() {}
