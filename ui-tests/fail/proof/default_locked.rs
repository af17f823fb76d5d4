//! A guard has no default.

use lockproof::{Lockable, Locked, Persistent, Repository, Result};

#[derive(Lockable, Default)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn forge(accounts: &dyn Repository<Account>) -> Result<()> {
    let mut account: Locked<Persistent<Account>> = Default::default();
    accounts.save(&mut account).await
}

fn main() {}
