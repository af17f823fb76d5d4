//! Compiles: changed before.

use lockproof::{Lockable, Locked, Persistent, Repository, Result};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn refund(accounts: &dyn Repository<Account>, mut account: Locked<Persistent<Account>>) -> Result<()> {
    account.balance += 1;
    accounts.save_and_release(account).await?;
    Ok(())
}

fn main() {}
