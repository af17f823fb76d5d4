//! Compiles: one of accounts.

use lockproof::{Lockable, Repository, Result, field};

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

async fn find(accounts: &dyn Repository<Account>) -> Result<()> {
    let filter = field!(Account.id).eq(1);
    accounts.find_one(filter).await?;
    Ok(())
}

fn main() {}
