//! All that is awaited can be awaited in a spawned task.

use std::sync::Arc;

use lockproof::{Lockable, Locked, Locks, MemoryStorage, Query, Repository, Result, Transient, field};

#[derive(Lockable, Clone)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

async fn everything(locks: Locks, accounts: Arc<dyn Repository<Account>>) -> Result<()> {
    accounts.insert(Transient::new(Account { id: 1, balance: 0 })).await?;
    let mut account = accounts.lock(&1).await?;
    account.balance += 5;
    accounts.save(&mut account).await?;
    Locked::extend(&account, None).await?;
    Locked::release(account).await?;
    let account = accounts.lock_one(field!(Account.balance).eq(5)).await?;
    accounts.save_and_release(account).await?;
    accounts.find_all(Query::all()).await?;
    accounts.find_one(field!(Account.id).eq(1)).await?;
    accounts.find(&1).await?;
    if let Some(account) = accounts.try_lock(&1).await? {
        accounts.delete(account).await?;
    }
    accounts.delete_by_id(&1).await?;
    let lease = locks.lock("report").acquire().await?;
    lease.extend(None).await?;
    lease.release().await?;
    locks.drain().await;
    Ok(())
}

#[test]
fn it_is_send() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async {
        let locks = Locks::memory();
        let accounts = Arc::new(locks.repository(MemoryStorage::new()));
        tokio::spawn(everything(locks, accounts)).await.expect("no panic")
    })
}
