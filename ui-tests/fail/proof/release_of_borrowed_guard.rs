//! Whoever has only borrowed a guard cannot release its lock.

use lockproof::{Lockable, Locked, Persistent, Result};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn leave(account: &mut Locked<Persistent<Account>>) -> Result<()> {
    Locked::release(account).await?;
    Ok(())
}

fn main() {}
