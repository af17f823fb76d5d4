//! Compiles: they are there.

use lockproof::{Lockable, Repository, Result};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn transfer(accounts: &dyn Repository<Account>) -> Result<()> {
    let mut both = accounts.lock_all(&[1, 2]).await?;
    both[0].balance += 5;
    accounts.save(&mut both[0]).await
}

fn main() {}
