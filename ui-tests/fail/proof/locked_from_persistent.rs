//! Nothing that was read becomes a guard: only a read under the lock gives one.

use lockproof::{Lockable, Locked, Persistent, Repository, Result};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn forge(accounts: &dyn Repository<Account>, row: Persistent<Account>) -> Result<()> {
    let mut account: Locked<Persistent<Account>> = row.into();
    accounts.save(&mut account).await
}

fn main() {}
