//! An entity that is not stored yet cannot be saved.

use lockproof::{Lockable, Repository, Result, Transient};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn refund(accounts: &dyn Repository<Account>, id: u64) -> Result<()> {
    let mut account = Transient::new(Account { id, balance: 0 });
    accounts.save(&mut account).await
}

fn main() {}
