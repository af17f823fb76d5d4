//! Locks that a person holds over many requests: an entity that is open in an editor.

use lockproof::{
    AcquireError, Error, LockError, LockOptions, Locked, Repository, Result, SaveError, Transient, Wait,
};

use super::home::{bank, two_services};
use crate::account::account;

fn seat_of(user: u64) -> LockOptions {
    LockOptions::new().owner(("user", user)).ttl("10m").label(format!("user {user}")).wait(Wait::Never)
}

#[tokio::test]
async fn an_entity_stays_open_over_many_requests() -> Result<()> {
    let (locks, first, second, _home) = two_services().await;
    let opened = first.lock_with(&1, seat_of(7)).await?;
    let token = Locked::fence(&opened);
    drop(opened);
    locks.drain().await;

    let refused = second.lock_with(&1, seat_of(8)).await.expect_err("open elsewhere");
    let Error::Lock(LockError::Acquire(AcquireError::Timeout { holder, .. })) = refused else {
        panic!("{refused:?}")
    };
    let holder = holder.expect("it is known");
    assert_eq!((holder.label.to_string().as_str(), holder.token), ("user 7", token));
    assert!(second.try_lock(&1).await?.is_none(), "and closed to those without a name");

    // Another request of the same user, at another process.
    let mut edited = second.lock_with(&1, seat_of(7)).await?;
    assert_eq!(Locked::fence(&edited), token, "it is the same lock");
    edited.balance += 5;
    second.save(&mut edited).await?;
    drop(edited);
    let mut edited = first.lock_with(&1, seat_of(7)).await?;
    assert_eq!((edited.balance, Locked::fence(&edited)), (15, token));
    edited.balance += 5;
    first.save(&mut edited).await?;

    Locked::release(edited).await?;
    let other = second.lock_with(&1, seat_of(8)).await?;
    assert_eq!(other.balance, 20);
    assert!(Locked::fence(&other) > token);
    Ok(())
}

#[tokio::test]
async fn of_two_guards_of_one_owner_the_second_save_is_stale() -> Result<()> {
    let (_locks, accounts, _home) = bank().await;
    let mut one = accounts.lock_with(&1, seat_of(7)).await?;
    let mut other = accounts.lock_with(&1, seat_of(7)).await?;
    one.balance = 11;
    accounts.save(&mut one).await?;
    other.balance = 99;
    let stale = accounts.save(&mut other).await;
    assert!(matches!(stale, Err(Error::Save(SaveError::StaleVersion { .. }))), "{stale:?}");
    assert_eq!(accounts.find(&1).await?.map(|one| one.balance), Some(11));
    one.balance = 12;
    accounts.save(&mut one).await?;

    let mut anew = accounts.lock_with(&1, seat_of(7)).await?;
    anew.balance += 1;
    accounts.save(&mut anew).await?;
    assert_eq!(accounts.find(&1).await?.map(|one| one.balance), Some(13));
    Ok(())
}

#[tokio::test]
async fn what_fails_leaves_the_owner_what_it_had() -> Result<()> {
    let (_locks, accounts, _home) = bank().await;
    let mut open = accounts.lock_with(&1, seat_of(7)).await?;
    let _held = accounts.lock(&2).await?;
    assert!(accounts.lock_all_with(&[1, 2], seat_of(7)).await.is_err());
    assert!(accounts.lock_all_with(&[1, 9], seat_of(7)).await.is_err());
    assert!(accounts.try_lock(&1).await?.is_none(), "still open");
    open.balance += 1;
    accounts.save(&mut open).await?;
    accounts.save_and_release(open).await?;
    assert!(accounts.try_lock(&1).await?.is_some(), "closed");
    Ok(())
}

#[tokio::test]
async fn what_is_deleted_is_closed() -> Result<()> {
    let (_locks, accounts, _home) = bank().await;
    drop(accounts.lock_with(&1, seat_of(7)).await?);
    accounts.delete(accounts.lock_with(&1, seat_of(7)).await?).await?;
    accounts.insert(Transient::new(account(1, 5))).await?;
    assert!(accounts.try_lock(&1).await?.is_some());
    Ok(())
}

#[tokio::test]
async fn what_the_owner_has_closed_elsewhere_cannot_be_written() -> Result<()> {
    let (_locks, first, second, _home) = two_services().await;
    let mut forgotten = first.lock_with(&1, seat_of(7)).await?;
    Locked::release(second.lock_with(&1, seat_of(7)).await?).await?;
    let mut other = second.lock_with(&1, seat_of(8)).await?;
    forgotten.balance = 99;
    let fenced = first.save(&mut forgotten).await;
    assert!(matches!(fenced, Err(Error::Save(SaveError::Fenced { .. }))), "{fenced:?}");
    other.balance += 1;
    second.save(&mut other).await?;
    assert_eq!(first.find(&1).await?.map(|one| one.balance), Some(11));
    Ok(())
}
