//! An entity that was read without its lock cannot be deleted.

use lockproof::{Lockable, Repository, Result};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn refund(accounts: &dyn Repository<Account>, id: u64) -> Result<()> {
    let account = accounts.find(&id).await?.expect("an account");
    accounts.delete(account).await
}

fn main() {}
