//! What is stored already cannot be inserted.

use lockproof::{Lockable, Repository, Result};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn open(accounts: &dyn Repository<Account>, id: u64) -> Result<()> {
    let account = accounts.find(&id).await?.expect("an account");
    accounts.insert(account).await?;
    Ok(())
}

fn main() {}
