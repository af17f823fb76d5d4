//! Compiles: saved after.

use lockproof::{LockProof, Lockable, Locked, Persistent, Repository, Result};

#[derive(Lockable)]
#[lock(strict)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn refund(accounts: &dyn Repository<Account>, account: &mut Locked<Persistent<Account>>) -> Result<()> {
    let view = account.edit();
    *view.balance += 500;
    accounts.save(account).await?;
    Ok(())
}

fn main() {}
