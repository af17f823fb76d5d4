//! A storage writes what the repository has checked, and nothing else.

use lockproof::{Lockable, MemoryStorage, Storage, StoreError, Update};

#[derive(Lockable, Clone)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn other(
    storage: &MemoryStorage<Account>,
    update: Update<'_, Account>,
    account: &Account,
) -> Result<(), StoreError> {
    storage.update(Update { entity: account, ..update }).await?;
    Ok(())
}

fn main() {}
