//! Compiles: locked first.

use std::sync::Arc;

use lockproof::{Lockable, Repository, Result};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

trait AccountRepository: Repository<Account> {}

async fn refund(accounts: Arc<dyn AccountRepository>, id: u64) -> Result<()> {
    let mut account = accounts.lock(&id).await?;
    accounts.save(&mut account).await
}

fn main() {}
