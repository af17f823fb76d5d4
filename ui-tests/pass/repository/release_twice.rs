//! Compiles: once.

use lockproof::{Lockable, Locked, Persistent, Result};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn leave(account: Locked<Persistent<Account>>) -> Result<()> {
    Locked::release(account).await?;
    Ok(())
}

fn main() {}
