//! What is different for guards that share a token: they tell each other's writes apart by the version alone.

use lockproof::{
    AcquireError, Error, LockError, LockOptions, Locked, Locks, Outcome, Repo, Repository, Result, SaveError,
    testing::{
        FaultyStorage,
        StorageFault::{LoseReply, LoseRequest, Refuse},
    },
};

use crate::{
    account::{Account, fill},
    table::Table,
};

async fn bank() -> (Table, Repo<Account, FaultyStorage<Table>>) {
    let table = Table::default();
    let accounts = Locks::memory().repository(FaultyStorage::over(table.clone()));
    fill(&accounts).await;
    (table, accounts)
}

fn seat() -> LockOptions {
    LockOptions::new().owner("user-7").ttl("10m")
}

async fn balance(accounts: &impl Repository<Account>) -> Option<i64> {
    accounts.find(&1).await.expect("readable").map(|one| one.balance)
}

#[tokio::test(start_paused = true)]
async fn a_save_that_did_not_land_is_saved_again() -> Result<()> {
    let (_table, accounts) = bank().await;
    let mut one = accounts.lock_with(&1, seat()).await?;
    let read = Locked::version(&one);
    accounts.storage().next([LoseRequest, Refuse]);
    one.balance += 1;
    for _ in 0..2 {
        let error = accounts.save(&mut one).await.expect_err("in doubt");
        assert_eq!((error.outcome(), error.is_retryable()), (Outcome::Unknown, true));
    }
    accounts.save(&mut one).await?;
    assert_eq!((balance(&accounts).await, Locked::version(&one)), (Some(11), read + 1));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_save_that_may_have_landed_is_loaded_anew() -> Result<()> {
    let (_table, accounts) = bank().await;
    let mut one = accounts.lock_with(&1, seat()).await?;
    accounts.storage().next([LoseReply]);
    one.balance += 1;
    let error = accounts.save(&mut one).await.expect_err("in doubt");
    assert_eq!(error.outcome(), Outcome::Unknown);
    for _ in 0..2 {
        let error = accounts.save(&mut one).await.expect_err("it may be another guard's write");
        assert_eq!((error.outcome(), error.is_retryable()), (Outcome::Unknown, true));
        let Error::Save(SaveError::InDoubt { source, .. }) = error else { panic!("{error:?}") };
        assert!(matches!(*source, SaveError::StaleVersion { .. }), "{source:?}");
    }
    let anew = accounts.lock_with(&1, seat()).await?;
    assert_eq!(anew.balance, 11, "it has landed");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn the_write_of_another_guard_is_not_overwritten_in_doubt() -> Result<()> {
    let (_table, accounts) = bank().await;
    let mut one = accounts.lock_with(&1, seat()).await?;
    let mut other = accounts.lock_with(&1, seat()).await?;
    assert_eq!(Locked::fence(&one), Locked::fence(&other));
    accounts.storage().next([LoseRequest]);
    one.balance += 1;
    assert!(accounts.save(&mut one).await.is_err());
    other.balance += 100;
    accounts.save(&mut other).await?;
    let late = accounts.save(&mut one).await;
    assert!(matches!(late, Err(Error::Save(SaveError::InDoubt { .. }))), "{late:?}");
    let deleted = accounts.delete(one).await;
    assert!(matches!(deleted, Err(Error::Save(SaveError::InDoubt { .. }))), "{deleted:?}");
    assert_eq!(balance(&accounts).await, Some(110));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_row_ahead_raises_the_token_of_all_guards() -> Result<()> {
    let (table, accounts) = bank().await;
    let mut one = accounts.lock_with(&1, seat()).await?;
    let ahead = Locked::fence(&one).as_i64() + 1_000_000;
    table.rows().get_mut(&1).expect("there").fence = ahead;
    let mut other = accounts.lock_with(&1, seat()).await?;
    assert!(Locked::fence(&other).as_i64() > ahead);
    let fenced = accounts.save(&mut one).await;
    assert!(matches!(fenced, Err(Error::Save(SaveError::Fenced { .. }))), "{fenced:?}");
    other.balance += 1;
    accounts.save(&mut other).await?;
    let third = accounts.lock_with(&1, seat()).await?;
    assert_eq!((third.balance, Locked::fence(&third)), (11, Locked::fence(&other)));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn an_owner_that_is_none_is_refused_by_name() -> Result<()> {
    let (_table, accounts) = bank().await;
    let nobody = accounts.lock_with(&1, LockOptions::new().owner("")).await.expect_err("no name");
    let Error::Lock(LockError::Acquire(AcquireError::InvalidOption { key, option, .. })) = nobody else {
        panic!("{nobody:?}")
    };
    assert_eq!((key.as_str(), option), ("account:1", "owner"));
    Ok(())
}
