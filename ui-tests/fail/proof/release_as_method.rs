//! What a guard says and does of its lock hides no method of the entity: it is asked by `Locked::`.

use lockproof::{Lockable, Locked, Persistent, Result};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn leave(account: Locked<Persistent<Account>>) -> Result<()> {
    account.release().await?;
    Ok(())
}

fn main() {}
