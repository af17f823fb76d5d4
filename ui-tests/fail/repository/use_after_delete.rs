//! A deleted entity is gone for whoever deleted it.

use lockproof::{Lockable, Locked, Persistent, Repository, Result};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn close(accounts: &dyn Repository<Account>, account: Locked<Persistent<Account>>) -> Result<i64> {
    accounts.delete(account).await?;
    Ok(account.balance)
}

fn main() {}
