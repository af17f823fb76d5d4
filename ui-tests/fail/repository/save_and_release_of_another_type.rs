//! The lock of an order does not let an account be saved and released.

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
    let account = orders.lock(&id).await?;
    accounts.save_and_release(account).await.map(drop)
}

fn main() {}
