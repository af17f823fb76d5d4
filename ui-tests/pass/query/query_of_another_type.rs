//! Compiles: one of accounts.

use lockproof::{Lockable, Query, Repository, Result};

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
    let query = Query::<Account>::all();
    accounts.find_all(query).await?;
    Ok(())
}

fn main() {}
