use std::sync::Arc;

use lockproof::{
    Error, InsertError, LockError, Lockable, Locked, Repository, RepositoryExt, Result, SaveError, Transient,
};

use super::home::bank;
use crate::account::{Account, account};

#[tokio::test]
async fn lock_change_save() -> Result<()> {
    let (locks, accounts, _home) = bank().await;
    let mut one = accounts.lock(&1).await?;
    one.balance += 5;
    accounts.save(&mut one).await?;
    one.balance += 5;
    accounts.save(&mut one).await?;
    assert!(locks.lock(Account::lock_key(&1)).try_acquire().await?.is_none(), "it is locked");
    Locked::release(one).await?;
    assert_eq!(accounts.find(&1).await?.map(|one| one.balance), Some(20));
    assert!(locks.lock(Account::lock_key(&1)).try_acquire().await?.is_some(), "it is free");
    Ok(())
}

#[tokio::test]
async fn insert_never_overwrites() -> Result<()> {
    let (_locks, accounts, _home) = bank().await;
    let rejected = accounts.insert(Transient::new(account(1, 99))).keep_guard().await.expect_err("it exists");
    assert!(matches!(rejected.error, Error::Insert(InsertError::AlreadyExists { .. })));
    assert_eq!(rejected.guard.balance, 99);
    assert_eq!(accounts.find(&1).await?.map(|one| one.balance), Some(10));
    Ok(())
}

#[tokio::test]
async fn a_missing_entity_leaves_no_lock_behind() -> Result<()> {
    let (locks, accounts, _home) = bank().await;
    assert!(matches!(accounts.lock(&9).await, Err(Error::Lock(LockError::NotFound { .. }))));
    assert!(accounts.lock(&9).optional().await?.is_none());
    assert!(matches!(accounts.try_lock(&9).await, Err(Error::Lock(LockError::NotFound { .. }))));
    assert!(locks.lock(Account::lock_key(&9)).try_acquire().await?.is_some());
    Ok(())
}

#[tokio::test]
async fn try_lock_of_a_held_entity_is_none() -> Result<()> {
    let (_locks, accounts, _home) = bank().await;
    let one = accounts.lock(&1).await?;
    assert!(accounts.try_lock(&1).await?.is_none());
    drop(one);
    assert!(accounts.try_lock(&1).await?.is_some());
    Ok(())
}

#[tokio::test]
async fn delete_takes_the_lock_along() -> Result<()> {
    let (locks, accounts, _home) = bank().await;
    let one = accounts.lock(&1).await?;
    let before = Locked::fence(&one);
    accounts.delete(one).await?;
    assert!(accounts.find(&1).await?.is_none());
    let lease = locks.lock(Account::lock_key(&1)).try_acquire().await?.expect("free");
    assert!(lease.fence() > before, "the token keeps rising");
    Ok(())
}

#[tokio::test]
async fn delete_by_id_is_idempotent() -> Result<()> {
    let (_locks, accounts, _home) = bank().await;
    assert!(accounts.delete_by_id(&1).await?);
    assert!(!accounts.delete_by_id(&1).await?);
    Ok(())
}

#[tokio::test]
async fn save_and_release_gives_the_saved_entity() -> Result<()> {
    let (_locks, accounts, _home) = bank().await;
    let mut one = accounts.lock(&1).await?;
    one.balance = 77;
    let saved = accounts.save_and_release(one).await?;
    assert_eq!(Some(saved), accounts.find(&1).await?);
    assert!(accounts.try_lock(&1).await?.is_some());
    Ok(())
}

#[tokio::test]
async fn with_lock_saves_unless_the_body_fails() -> Result<()> {
    let (_locks, accounts, _home) = bank().await;
    let doubled = accounts
        .with_lock(&1, async |one, _| {
            one.balance *= 2;
            Ok::<_, Error>(one.balance)
        })
        .await?;
    assert_eq!(doubled, 20);
    let failed: Result<()> = accounts
        .with_lock(&1, async |one, _| {
            one.balance = 0;
            Err(SaveError::Gone { key: Locked::key(one).clone() }.into())
        })
        .await;
    assert!(failed.is_err());
    assert_eq!(accounts.find(&1).await?.map(|one| one.balance), Some(20));
    assert!(accounts.try_lock(&1).await?.is_some(), "released");
    Ok(())
}

/// Whatever the repository stands behind, and whatever the body uses.
#[tokio::test]
async fn with_lock_runs_in_a_spawned_task() {
    async fn by_reference(accounts: &dyn Repository<Account>, bonus: &i64) -> Result<i64> {
        accounts
            .with_lock(&1, async |one, accounts| {
                one.balance += accounts.find(&2).await?.map_or(0, |two| two.balance) + bonus;
                Ok(one.balance)
            })
            .await
    }
    let (_locks, accounts, _home) = bank().await;
    let accounts = Arc::new(accounts);
    let dynamic: Arc<dyn Repository<Account>> = accounts.clone();

    let concrete = tokio::spawn(async move {
        let bonus = 3;
        accounts
            .with_lock(&1, async |one, accounts| {
                let two = accounts.find(&2).await?.map_or(0, |two| two.balance);
                one.balance += two + bonus;
                Ok::<_, Error>(one.balance)
            })
            .await
    });
    assert_eq!(concrete.await.expect("no panic").expect("saved"), 33);

    let shared = Arc::clone(&dynamic);
    let behind_an_arc = tokio::spawn(async move {
        let bonus = 3;
        shared
            .with_lock(&1, async |one, accounts| {
                let two = accounts.find(&2).await?.map_or(0, |two| two.balance);
                one.balance += two + bonus;
                Ok::<_, Error>(one.balance)
            })
            .await
    });
    assert_eq!(behind_an_arc.await.expect("no panic").expect("saved"), 56);

    let behind_a_reference = tokio::spawn(async move {
        let bonus = 3;
        by_reference(&*dynamic, &bonus).await
    });
    assert_eq!(behind_a_reference.await.expect("no panic").expect("saved"), 79);
}
