//! A write whose answer never came may have landed: asking again with the same guard writes once.

use futures::poll;
use lockproof::{Error, Locked, Locks, Outcome, Repo, Repository, Result, SaveError};

use crate::{
    account::{Account, chain, fill},
    table::{Fault, Table},
};

async fn unreliable_bank() -> (Locks, Table, Repo<Account, Table>) {
    let (locks, table) = (Locks::memory(), Table::default());
    let accounts = locks.repository(table.clone());
    fill(&accounts).await;
    (locks, table, accounts)
}

async fn balance(accounts: &impl Repository<Account>) -> Option<i64> {
    accounts.find(&1).await.expect("readable").map(|one| one.balance)
}

#[tokio::test(start_paused = true)]
async fn a_save_with_a_lost_reply_is_saved_again_once() -> Result<()> {
    let (_, table, accounts) = unreliable_bank().await;
    let mut one = accounts.lock(&1).await?;
    let read = Locked::version(&one);
    table.next_faults([Fault::LoseReply, Fault::LoseRequest, Fault::LoseReply]);
    one.balance += 1;
    for _ in 0..3 {
        let error = accounts.save(&mut one).await.expect_err("in doubt");
        assert_eq!((error.outcome(), error.is_retryable()), (Outcome::Unknown, true));
    }
    accounts.save(&mut one).await?;
    assert_eq!(balance(&accounts).await, Some(11));
    assert_eq!(Locked::version(&one), read + 4, "above all that may still land");

    one.balance += 1;
    accounts.save(&mut one).await?;
    assert_eq!((balance(&accounts).await, Locked::version(&one)), (Some(12), read + 5));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_save_that_was_provably_not_done_leaves_no_doubt() -> Result<()> {
    let (_, table, accounts) = unreliable_bank().await;
    let mut one = accounts.lock(&1).await?;
    let read = Locked::version(&one);
    table.next_faults([Fault::Refuse]);
    one.balance += 1;
    let error = accounts.save(&mut one).await.expect_err("refused");
    assert_eq!((error.outcome(), error.is_retryable()), (Outcome::NotDone, true));
    accounts.save(&mut one).await?;
    assert_eq!((balance(&accounts).await, Locked::version(&one)), (Some(11), read + 1));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn somebody_elses_write_is_stale_even_in_doubt() -> Result<()> {
    let (_, table, accounts) = unreliable_bank().await;
    let mut one = accounts.lock(&1).await?;
    table.next_faults([Fault::LoseRequest]);
    one.balance += 1;
    assert!(accounts.save(&mut one).await.is_err());
    let read = Locked::version(&one);
    table.rows().get_mut(&1).expect("there").version = read + 7;
    let error = accounts.save(&mut one).await.expect_err("stale");
    let Error::Save(SaveError::InDoubt { source, .. }) = error else { panic!("{error:?}") };
    assert!(
        matches!(*source, SaveError::StaleVersion { expected, found, .. } if (expected, found) == (read, read + 7))
    );
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn somebody_elses_write_is_stale() -> Result<()> {
    let (_, table, accounts) = unreliable_bank().await;
    let mut one = accounts.lock(&1).await?;
    let read = Locked::version(&one);
    {
        let mut rows = table.rows();
        let row = rows.get_mut(&1).expect("there");
        (row.account.balance, row.version) = (500, read + 1);
    }
    one.balance += 1;
    for _ in 0..2 {
        let error = accounts.save(&mut one).await.expect_err("stale");
        assert_eq!((error.outcome(), error.is_retryable()), (Outcome::NotDone, true));
        let Error::Save(SaveError::StaleVersion { expected, found, .. }) = error else { panic!("{error:?}") };
        assert_eq!((expected, found), (read, read + 1));
    }
    assert_eq!(balance(&accounts).await, Some(500));
    Ok(())
}

/// Who is told "not written" makes the change once more.
#[tokio::test(start_paused = true)]
async fn a_refusal_does_not_deny_an_earlier_save_that_may_have_landed() -> Result<()> {
    let (_, table, accounts) = unreliable_bank().await;
    let mut one = accounts.lock(&1).await?;
    table.next_faults([Fault::LoseReply, Fault::Refuse]);
    one.balance += 1;
    assert!(accounts.save(&mut one).await.is_err());
    assert_eq!(balance(&accounts).await, Some(11), "it has landed");

    let unreachable = accounts.save(&mut one).await.expect_err("refused");
    let _later_holder = Locks::memory().repository(table.clone()).lock(&1).await?;
    let fenced = accounts.save(&mut one).await.expect_err("fenced");
    let fenced_again = accounts.save(&mut one).await.expect_err("fenced");
    Locked::lost(&one).await;
    let lost = accounts.save(&mut one).await.expect_err("lost");
    let deleted = accounts.delete(one).await.expect_err("lost");
    for (error, why) in [
        (unreachable, "connection refused"),
        (fenced, "later holder"),
        (fenced_again, "later holder"),
        (lost, "lapsed"),
        (deleted, "lapsed"),
    ] {
        assert_eq!((error.outcome(), error.is_retryable()), (Outcome::Unknown, true), "{error:?}");
        let text = chain(&error);
        assert!(text.contains("account:1 may have been written") && text.contains(why), "{text}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_save_that_was_answered_leaves_no_doubt_to_a_later_one() -> Result<()> {
    let (_, table, accounts) = unreliable_bank().await;
    let mut one = accounts.lock(&1).await?;
    table.next_faults([Fault::LoseReply]);
    assert!(accounts.save(&mut one).await.is_err());
    accounts.save(&mut one).await?;
    Locked::lost(&one).await;
    let error = accounts.save(&mut one).await.expect_err("lost");
    assert_eq!(error.outcome(), Outcome::NotDone);
    assert!(matches!(error, Error::Save(SaveError::Lost { .. })), "{error:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_delete_that_was_refused_has_not_deleted() -> Result<()> {
    let (_, table, accounts) = unreliable_bank().await;
    let one = accounts.lock(&1).await?;
    table.rows().get_mut(&1).expect("there").version += 1;
    let rejected = accounts.delete(one).keep_guard().await.expect_err("stale");
    table.rows().remove(&1);
    let error = accounts.delete(rejected.guard).await.expect_err("somebody else did");
    assert!(matches!(error, Error::Save(SaveError::Gone { .. })), "{error:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_row_whose_version_cannot_rise_is_refused() -> Result<()> {
    let (_, table, accounts) = unreliable_bank().await;
    table.rows().get_mut(&1).expect("there").version = i64::MAX - 1;
    let mut one = accounts.lock(&1).await?;
    accounts.save(&mut one).await?;
    let error = accounts.save(&mut one).await.expect_err("none is higher");
    assert_eq!(error.outcome(), Outcome::NotDone);
    assert!(chain(&error).contains("highest version"), "{error:?}");
    accounts.delete(one).await
}

#[tokio::test(start_paused = true)]
async fn a_save_that_is_dropped_at_any_poll_is_saved_again_once() -> Result<()> {
    let mut polls = 0;
    loop {
        let (_, table, accounts) = unreliable_bank().await;
        let mut one = accounts.lock(&1).await?;
        one.balance += 1;
        let mut save = accounts.save(&mut one);
        let mut done = false;
        for _ in 0..polls {
            done = poll!(&mut save).is_ready();
        }
        drop(save);
        if done {
            break;
        }
        accounts.save(&mut one).await?;
        assert_eq!(balance(&accounts).await, Some(11), "after {polls} polls");
        assert!(table.writes() <= 2);
        Locked::release(one).await?;
        let mut one = accounts.try_lock(&1).await?.expect("released");
        one.balance += 1;
        accounts.save(&mut one).await?;
        polls += 1;
    }
    assert!(polls > 1, "the save was dropped in the middle");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_delete_with_a_lost_reply_is_deleted_when_it_is_asked_again() -> Result<()> {
    let (_, table, accounts) = unreliable_bank().await;
    table.next_faults([Fault::LoseReply]);
    let rejected = accounts.delete(accounts.lock(&1).await?).keep_guard().await.expect_err("in doubt");
    assert_eq!(rejected.error.outcome(), Outcome::Unknown);
    accounts.delete(rejected.guard).await?;
    assert_eq!(balance(&accounts).await, None);

    table.next_faults([Fault::LoseRequest]);
    let rejected = accounts.delete(accounts.lock(&2).await?).keep_guard().await.expect_err("in doubt");
    accounts.delete(rejected.guard).await?;
    assert!(accounts.find(&2).await?.is_none());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_lock_that_is_dropped_at_any_poll_leaves_no_lock_behind() -> Result<()> {
    let mut polls = 0;
    loop {
        let (locks, _, accounts) = unreliable_bank().await;
        let mut lock = accounts.lock(&1);
        let mut done = false;
        for _ in 0..polls {
            done = poll!(&mut lock).is_ready();
        }
        drop(lock);
        locks.drain().await;
        assert!(accounts.try_lock(&1).await?.is_some(), "after {polls} polls");
        if done {
            break;
        }
        polls += 1;
    }
    assert!(polls > 1, "the lock was dropped in the middle");
    Ok(())
}
