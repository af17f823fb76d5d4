//! How a call for several entities ends that does not get them: on time, and with nothing left behind.

use std::time::Duration;

use futures::poll;
use lockproof::{
    AcquireError, Error, LockError, LockOptions, Locked, Locks, MemoryStore, Persistent, Repo, Repository,
    Result, SaveError,
};
use tokio::time::{Instant, sleep};

use crate::{
    account::{Account, fill},
    memory::home::bank,
    table::Table,
};

const MILLIS: Duration = Duration::from_millis(1);

async fn table_bank() -> (Locks, Table, Repo<Account, Table>) {
    let (locks, table) = (Locks::memory(), Table::default());
    let accounts = locks.repository(table.clone());
    fill(&accounts).await;
    (locks, table, accounts)
}

async fn both_are_free(locks: &Locks, what: &str) {
    for key in ["account:1", "account:2"] {
        let free = locks.lock(key).try_acquire().await.expect("answers");
        assert!(free.is_some(), "{key} {what}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_wait_is_for_all() -> Result<()> {
    let (_locks, accounts, _home) = bank().await;
    let (one, _two) = (accounts.lock(&1).await?, accounts.lock(&2).await?);
    let begun = Instant::now();
    let asking = accounts.lock_all_with(&[2, 1], LockOptions::new().wait(500 * MILLIS));
    let (refused, ()) = tokio::join!(asking, async {
        sleep(300 * MILLIS).await;
        drop(one);
    });
    let took = begun.elapsed();
    assert!(took >= 450 * MILLIS && took <= 520 * MILLIS, "{took:?}");
    let Err(Error::Lock(LockError::Acquire(AcquireError::Timeout { key, waited, .. }))) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(key.as_str(), "account:2");
    assert!(waited >= 450 * MILLIS && waited <= 520 * MILLIS, "{waited:?}");
    assert!(accounts.try_lock(&1).await?.is_some());
    Ok(())
}

/// Released, and not on its way to it: another service could have them at once.
#[tokio::test(start_paused = true)]
async fn all_is_released_before_it_is_told() -> Result<()> {
    let (store, table) = (MemoryStore::new(), Table::default());
    let accounts = Locks::new(store.clone()).repository(table.clone());
    fill(&accounts).await;
    assert!(accounts.lock(&9).optional().await?.is_none());
    assert!(store.is_empty(), "there is no 9");
    assert!(accounts.lock_all(&[1, 2, 9]).await.is_err());
    assert!(store.is_empty(), "there is no 9");

    let holder = Locks::new(store.clone()).lock("account:2").acquire().await?;
    let impatient = LockOptions::new().wait(50 * MILLIS);
    assert!(accounts.lock_all_with(&[1, 2], impatient).await.is_err());
    holder.release().await?;
    assert!(store.is_empty(), "2 was held");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn no_row_is_read_before_all_locks_are_held() -> Result<()> {
    let (locks, table, accounts) = table_bank().await;
    let holder = locks.lock("account:2").acquire().await?;
    let mut asking = accounts.lock_all(&[1, 2]);
    for _ in 0..20 {
        assert!(poll!(&mut asking).is_pending());
        tokio::task::yield_now().await;
    }
    assert!(locks.lock("account:1").try_acquire().await?.is_none(), "the first is locked");
    assert_eq!(table.rows()[&1].fence, 0, "and not read");
    // What comes to it in the meantime is what is read.
    table.rows().get_mut(&1).expect("there").account.balance = 77;
    holder.release().await?;
    assert_eq!(asking.await?[0].balance, 77);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_lock_that_lapses_while_others_are_waited_for_is_lost_at_once() -> Result<()> {
    let (locks, table, accounts) = table_bank().await;
    let holder = locks.lock("account:2").ttl("1h").acquire().await?;
    let begun = Instant::now();
    let short = LockOptions::new().ttl(100 * MILLIS).wait("1m");
    let lost = accounts.lock_all_with(&[1, 2], short).await.expect_err("lapsed");
    assert!(begun.elapsed() <= 120 * MILLIS, "{:?}", begun.elapsed());
    assert!(matches!(&lost, Error::Lock(LockError::Lost { key }) if key.as_str() == "account:1"), "{lost:?}");
    assert!(lost.is_retryable());
    assert_eq!(table.rows()[&1].fence, 0, "no row was touched");
    holder.release().await?;
    both_are_free(&locks, "after the loss").await;
    Ok(())
}

/// The first row is read in time and the last one is not: what was read first may be another's by then.
#[tokio::test(start_paused = true)]
async fn a_lock_that_lapses_while_others_are_loaded_is_lost() -> Result<()> {
    let (locks, table, accounts) = table_bank().await;
    table.slow_claims(60 * MILLIS);
    let short = LockOptions::new().ttl(100 * MILLIS);
    let lost = accounts.lock_all_with(&[1, 2], short).await.expect_err("lapsed");
    assert!(matches!(lost, Error::Lock(LockError::Lost { .. })), "{lost:?}");
    both_are_free(&locks, "after the loss").await;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn guards_of_several_lapse_one_by_one_and_cannot_write() -> Result<()> {
    let (_locks, accounts, _home) = bank().await;
    let short = LockOptions::new().ttl("1s");
    let [mut one, mut two] = accounts.lock_all_with(&[1, 2], short).array().await?;
    Locked::extend(&two, Some("1m".parse()?)).await?;
    sleep(Duration::from_secs(2)).await;
    (one.balance, two.balance) = (0, 0);
    let lost = accounts.save(&mut one).await;
    assert!(matches!(lost, Err(Error::Save(SaveError::Lost { .. }))), "{lost:?}");
    accounts.save(&mut two).await?;
    assert_eq!(accounts.find(&1).await?.map(|one| one.balance), Some(10));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_at_any_poll_leaves_no_lock_behind() -> Result<()> {
    let mut polls = 0;
    loop {
        let (locks, _, accounts) = table_bank().await;
        let mut all = accounts.lock_all(&[2, 1]);
        let mut done = None;
        for _ in 0..polls {
            if let std::task::Poll::Ready(locked) = poll!(&mut all) {
                done = Some(locked?);
            }
        }
        drop(all);
        let is_done = done.is_some();
        drop::<Option<Vec<Locked<Persistent<Account>>>>>(done);
        locks.drain().await;
        both_are_free(&locks, &format!("after {polls} polls")).await;
        if is_done {
            break;
        }
        polls += 1;
    }
    assert!(polls > 4, "it was dropped in the middle of each load");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_while_it_waits_leaves_no_lock_behind() -> Result<()> {
    let (locks, _, accounts) = table_bank().await;
    let holder = locks.lock("account:2").acquire().await?;
    let asking = accounts.lock_all(&[1, 2]);
    assert!(tokio::time::timeout(100 * MILLIS, asking).await.is_err());
    assert!(locks.lock("account:1").try_acquire().await?.is_some());
    drop(holder);
    both_are_free(&locks, "after the wait").await;
    Ok(())
}
