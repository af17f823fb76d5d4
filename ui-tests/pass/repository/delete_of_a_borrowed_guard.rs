//! Compiles: the guard itself.

use lockproof::{Lockable, Locked, Persistent, Repository, Result};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn close(accounts: &dyn Repository<Account>, account: Locked<Persistent<Account>>) -> Result<()> {
    accounts.delete(account).await
}

fn main() {}
