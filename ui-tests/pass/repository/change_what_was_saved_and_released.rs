//! Compiles: locked anew.

use lockproof::{Lockable, Locked, Persistent, Repository, Result};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn refund(accounts: &dyn Repository<Account>, account: Locked<Persistent<Account>>) -> Result<()> {
    let account = accounts.save_and_release(account).await?;
    accounts.lock(account.id()).await?.balance += 1;
    Ok(())
}

fn main() {}
