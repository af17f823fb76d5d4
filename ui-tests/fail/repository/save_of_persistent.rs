//! An entity that was read without its lock cannot be saved.

use lockproof::{Lockable, Repository, Result};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn refund(accounts: &dyn Repository<Account>, id: u64) -> Result<()> {
    let mut account = accounts.find(&id).await?.expect("an account");
    accounts.save(&mut account).await
}

fn main() {}
