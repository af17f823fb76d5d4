//! Compiles: saved first.

use lockproof::{Lockable, Locked, Persistent, Repository, Result};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn refund(accounts: &dyn Repository<Account>, mut account: Locked<Persistent<Account>>) -> Result<()> {
    let saving = accounts.save(&mut account);
    saving.await?;
    accounts.save(&mut account).await
}

fn main() {}
