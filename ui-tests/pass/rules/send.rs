//! All that is awaited can be awaited in a spawned task.

use std::sync::Arc;

use lockproof::{
    Error, LockOptions, Lockable, Locked, Locks, MemoryStorage, Query, Repository, Result, Transient, field,
};

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
    several(&locks, &accounts).await?;
    asked(&locks).await?;
    locks.drain().await;
    Ok(locks.shutdown("1s").await?)
}

async fn several(locks: &Locks, accounts: &dyn Repository<Account>) -> Result<()> {
    for id in [1, 2] {
        accounts.insert(Transient::new(Account { id, balance: 0 })).await?;
    }
    let [mut from, mut to] = accounts.lock_all(&[2, 1]).array().await?;
    (from.balance, to.balance) = (-5, 5);
    accounts.save(&mut from).await?;
    accounts.save(&mut to).await?;
    accounts.force_release(&1).await?;
    assert!(Locked::is_lost(&to));
    Locked::lost(&to).await;
    drop((from, to));
    drop(accounts.lock_with(&1, LockOptions::new().owner("ada")).await?);
    assert!(locks.lock(("account", 1)).owner("ada").adopt().await?.is_some());
    Ok(())
}

async fn asked(locks: &Locks) -> Result<()> {
    let lock = locks.lock("report");
    lock.run(async |lease| {
        lock.ask_release("it is late").await?;
        assert_eq!(lease.until_asked().await.as_str(), "it is late");
        assert!(lock.is_locked().await? && lock.inspect().await?.is_some());
        assert_eq!(locks.list("report", None, 10).await?.len(), 1);
        Ok::<_, Error>(())
    })
    .await??;
    lock.try_run(async |_| ()).await?;
    lock.run_retrying(2, async |_| Ok::<_, ()>(())).await?.expect("nothing fails");
    lock.force_release().await?;
    lock.state().await?;
    lock.acquire_within("1s").await?.release().await?;
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
