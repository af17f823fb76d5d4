//! Deleting takes the guard for good: whoever has only borrowed it cannot.

use lockproof::{Lockable, Locked, Persistent, Repository, Result};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn close(accounts: &dyn Repository<Account>, account: &mut Locked<Persistent<Account>>) -> Result<()> {
    accounts.delete(account).await
}

fn main() {}
