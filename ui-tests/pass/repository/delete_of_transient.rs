//! Compiles: locked first.

use lockproof::{Lockable, Repository, Result, Transient};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn refund(accounts: &dyn Repository<Account>, id: u64) -> Result<()> {
    let account = accounts.lock(&id).await?;
    accounts.delete(account).await
}

fn main() {}
