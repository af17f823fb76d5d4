//! Compiles: a value does.

use lockproof::{Error, Lockable, Repository, RepositoryExt, Result};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn refund(accounts: &dyn Repository<Account>) -> Result<i64> {
    let balance = accounts.with_lock(&1, async |account, _| Ok::<_, Error>(account.balance)).await?;
    Ok(balance)
}

fn main() {}
