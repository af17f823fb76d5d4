//! Compiles: read before.

use lockproof::{Lockable, Locked, Persistent, Repository, Result};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn close(accounts: &dyn Repository<Account>, account: Locked<Persistent<Account>>) -> Result<i64> {
    let balance = account.balance;
    accounts.delete(account).await.map(|()| balance)
}

fn main() {}
