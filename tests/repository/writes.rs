use std::{mem::swap, time::Duration};

use lockproof::{
    Error, LockOptions, Locked, Locks, MemoryStore, Persistent, Repository, Result, SaveError, Transient,
};

use super::home::bank;
use crate::account::{Account, account, lapsed};

fn save_error(result: Result<()>) -> SaveError {
    match result.expect_err("refused") {
        Error::Save(error) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_lapsed_lock_cannot_save() -> Result<()> {
    let (_locks, accounts, _home) = bank().await;
    let mut one = lapsed(&accounts).await;
    one.balance = 99;
    assert!(matches!(save_error(accounts.save(&mut one).await), SaveError::Lost { .. }));
    assert_eq!(accounts.find(&1).await?.map(|one| one.balance), Some(10));
    Ok(())
}

#[tokio::test]
async fn swapped_entities_are_not_written() -> Result<()> {
    let (_locks, accounts, _home) = bank().await;
    let (mut one, mut two) = (accounts.lock(&1).await?, accounts.lock(&2).await?);
    swap(&mut *one, &mut *two);
    for guard in [&mut one, &mut two] {
        assert!(matches!(save_error(accounts.save(guard).await), SaveError::IdentityChanged { .. }));
    }
    assert_eq!(accounts.find(&1).await?.map(|one| one.balance), Some(10));
    assert_eq!(accounts.find(&2).await?.map(|two| two.balance), Some(20));
    Ok(())
}

#[tokio::test]
async fn a_guard_of_another_service_is_foreign() -> Result<()> {
    let (_locks, accounts, _home) = bank().await;
    let storage = accounts.storage().clone();
    let other = Locks::memory().repository(storage.clone());
    let mut one = other.lock(&1).await?;
    one.balance = 99;
    assert!(matches!(save_error(accounts.save(&mut one).await), SaveError::ForeignGuard { .. }));

    let store = MemoryStore::new();
    let apart = |name| Locks::builder().store(store.clone()).namespace(name).build().expect("valid");
    let (red, blue) = (apart("red").repository(storage.clone()), apart("blue").repository(storage));
    drop(one);
    let mut one = red.lock(&1).await?;
    assert!(matches!(save_error(blue.save(&mut one).await), SaveError::ForeignGuard { .. }));
    red.save(&mut one).await?;
    Ok(())
}

#[tokio::test]
async fn two_services_over_clones_of_a_store_are_one_domain() -> Result<()> {
    let (_locks, accounts, _home) = bank().await;
    let store = MemoryStore::new();
    let service = || Locks::new(store.clone()).repository(accounts.storage().clone());
    let (a, b) = (service(), service());
    let mut one: Locked<Persistent<Account>> = a.lock(&1).await?;
    one.balance = 11;
    b.save(&mut one).await
}

#[tokio::test]
async fn a_guard_from_before_a_delete_cannot_write_the_new_row() -> Result<()> {
    let (locks, accounts, _home) = bank().await;
    let old = locks.repository(accounts.storage().clone());
    let mut guard = old.lock(&1).await?;
    // Somebody else's row: deleted and made again without the lock.
    let storage = accounts.storage().clone();
    let other = Locks::memory().repository(storage);
    // A store that knows nothing of the first lock grants another; its token is raised above the row's.
    assert!(other.delete_by_id(&1).await?);
    other.insert(Transient::new(account(1, 500))).await?;
    guard.balance = 99;
    assert!(matches!(save_error(accounts.save(&mut guard).await), SaveError::Gone { .. }));
    assert_eq!(accounts.find(&1).await?.map(|one| one.balance), Some(500));
    Ok(())
}

#[tokio::test]
async fn a_later_holder_fences_an_earlier_one() -> Result<()> {
    // The first service's lease never ends for itself, but its store is forgotten by the second.
    let (_locks, accounts, _home) = bank().await;
    let mut first = accounts.lock_with(&1, LockOptions::new().ttl(Duration::from_secs(600))).await?;
    let other = Locks::memory().repository(accounts.storage().clone());
    let second = other.lock(&1).await?;
    first.balance = 99;
    let error = save_error(accounts.save(&mut first).await);
    let SaveError::Fenced { held_by_token, token, .. } = error else { panic!("{error:?}") };
    assert_eq!((held_by_token, token), (Locked::fence(&second), Locked::fence(&first)));
    assert_eq!(accounts.find(&1).await?.map(|one| one.balance), Some(10));
    Ok(())
}
