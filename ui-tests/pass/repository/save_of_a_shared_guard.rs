//! Compiles: the guard itself.

use lockproof::{Lockable, Locked, Persistent, Repository, Result};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn refund(accounts: &dyn Repository<Account>, account: &mut Locked<Persistent<Account>>) -> Result<()> {
    let account = &mut *account;
    accounts.save(account).await
}

fn main() {}
