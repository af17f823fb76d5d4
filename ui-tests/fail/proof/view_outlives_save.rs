//! While a view of an entity is in use the entity cannot be saved.

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
    accounts.save(account).await?;
    *view.balance += 500;
    Ok(())
}

fn main() {}
