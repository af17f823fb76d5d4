//! While an entity is being saved nobody changes it.

use lockproof::{Lockable, Locked, Persistent, Repository, Result};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn refund(accounts: &dyn Repository<Account>, mut account: Locked<Persistent<Account>>) -> Result<()> {
    let saving = accounts.save(&mut account);
    account.balance += 1;
    saving.await
}

fn main() {}
