//! Compiles: taken out.

use lockproof::{Lockable, Repository, Result};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn transfer(accounts: &dyn Repository<Account>) -> Result<()> {
    let mut both = accounts.lock_all(&[1, 2]).await?;
    both[1].balance += 5;
    let mut from = both.remove(0);
    from.balance -= 5;
    accounts.save(&mut from).await
}

fn main() {}
