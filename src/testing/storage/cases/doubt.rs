//! A write whose answer never came may have landed: asking again with the same guard writes once.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which situation")]

use std::{future::poll_fn, task::Poll};

use futures::FutureExt;

use super::{
    super::{
        StorageFault::{LoseReply, LoseRequest, Refuse},
        StorageHarness,
        home::{Home, chain},
    },
    save::lapsed,
};
use crate::{
    error::{Error, Result},
    proof::{LockProof, Locked},
    repository::{Inserted, Repository, SaveError, Written},
    store::Outcome,
    testing::say::{holds, is},
};

#[track_caller]
fn is_in_doubt(what: &str, error: &Error) {
    is(what, (error.outcome(), error.is_retryable()), (Outcome::Unknown, true));
}

/// The earlier write may have landed, and this one was refused for a reason.
#[track_caller]
fn is_refused_in_doubt(what: &str, error: &Error, why: &str) {
    is_in_doubt(what, error);
    let text = chain(error);
    let tells = text.contains("may have been written") && text.contains(why);
    holds(what, &text, tells, &format!("that it may have been written, and {why:?}"));
}

pub(in crate::testing) async fn save_in_doubt__again<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let (_locks, accounts) = home.faulty_accounts().await;
    let mut one = accounts.lock(&home.id(1)).await?;
    let read = Locked::version(&one);
    accounts.storage().next([LoseReply, LoseRequest, LoseReply]);
    home.harness.set_number(one.edit(), 11);
    for _ in 0..3 {
        let error = accounts.save(&mut one).await.expect_err("the answer is lost");
        is_in_doubt("`save` whose answer is lost", &error);
    }
    accounts.save(&mut one).await?;
    is("the number that is stored", home.stored_number(1).await, Some(11));
    is("the version, above all that may still land", Locked::version(&one), read + 4);

    home.harness.set_number(one.edit(), 12);
    accounts.save(&mut one).await?;
    is("the number that is stored", home.stored_number(1).await, Some(12));
    is("the version", Locked::version(&one), read + 5);
    Ok(())
}

pub(in crate::testing) async fn save_in_doubt__lapsed<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let (_locks, accounts) = home.faulty_accounts().await;
    let mut one = accounts.lock(&home.id(1)).await?;
    accounts.storage().next([LoseReply]);
    let lost = accounts.save(&mut one).await;
    holds("`save` whose answer is lost", &lost, lost.is_err(), "an error");
    accounts.save(&mut one).await?;
    drop(one);

    let mut one = lapsed(home, &accounts).await?;
    let error = accounts.save(&mut one).await.expect_err("it has lapsed");
    is("whether an answered save leaves a doubt", error.outcome(), Outcome::NotDone);
    holds("`save`", &error, matches!(error, Error::Save(SaveError::Lost { .. })), "`Lost`");
    Ok(())
}

pub(in crate::testing) async fn save_in_doubt__superseded<H: StorageHarness>(
    home: &Home<'_, H>,
) -> Result<()> {
    let (_locks, accounts) = home.faulty_accounts().await;
    let mut one = accounts.lock(&home.id(1)).await?;
    accounts.storage().next([LoseReply, Refuse]);
    home.harness.set_number(one.edit(), 11);
    let lost = accounts.save(&mut one).await.expect_err("the answer is lost");
    is_in_doubt("`save` whose answer is lost", &lost);
    is("the number that is stored", home.stored_number(1).await, Some(11));

    // Who is told "not written" makes the change once more.
    let unreachable = accounts.save(&mut one).await.expect_err("it is refused");
    is_refused_in_doubt("`save` that provably did not land", &unreachable, "connection refused");
    home.supersede(&one).await?;
    for _ in 0..2 {
        let fenced = accounts.save(&mut one).await.expect_err("it is fenced");
        is_refused_in_doubt("`save` after a later holder", &fenced, "later holder");
    }
    let fenced = accounts.delete(one).await.expect_err("it is fenced");
    is_refused_in_doubt("`delete` after a later holder", &fenced, "later holder");
    Ok(())
}

pub(in crate::testing) async fn save_in_doubt__written_behind<H: StorageHarness>(
    home: &Home<'_, H>,
) -> Result<()> {
    let (_locks, accounts) = home.faulty_accounts().await;
    let mut one = accounts.lock(&home.id(1)).await?;
    let read = Locked::version(&one);
    accounts.storage().next([LoseRequest]);
    let lost = accounts.save(&mut one).await;
    holds("`save` whose request is lost", &lost, lost.is_err(), "an error");
    for number in [500, 501] {
        home.write_behind(1, number, Locked::fence(&one)).await;
    }
    let error = accounts.save(&mut one).await.expect_err("it is stale");
    let Error::Save(SaveError::InDoubt { source, .. }) = error else { panic!("`save`: {error:?}") };
    let SaveError::StaleVersion { expected, found, .. } = *source else { panic!("`save`: {source:?}") };
    is("the versions in the error", (expected, found), (read, read + 2));
    is("the number that is stored", home.stored_number(1).await, Some(501));
    Ok(())
}

pub(in crate::testing) async fn save_not_sent__again<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let (_locks, accounts) = home.faulty_accounts().await;
    let mut one = accounts.lock(&home.id(1)).await?;
    let read = Locked::version(&one);
    accounts.storage().next([Refuse]);
    home.harness.set_number(one.edit(), 11);
    let error = accounts.save(&mut one).await.expect_err("it is refused");
    let known = (error.outcome(), error.is_retryable());
    is("`save` that provably did not land", known, (Outcome::NotDone, true));
    accounts.save(&mut one).await?;
    is("the number that is stored", home.stored_number(1).await, Some(11));
    is("the version", Locked::version(&one), read + 1);
    Ok(())
}

pub(in crate::testing) async fn save__highest_version<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let (_locks, accounts) = home.accounts().await;
    let highest = home.insert_with_version(&home.entity(3, 10), i64::MAX - 1).await;
    is("`insert`", highest, Inserted::Done { version: i64::MAX - 1 });
    let mut one = accounts.lock(&home.id(3)).await?;
    accounts.save(&mut one).await?;
    let error = accounts.save(&mut one).await.expect_err("no version is higher");
    is("`save`", error.outcome(), Outcome::NotDone);
    holds(
        "`save`",
        chain(&error),
        chain(&error).contains("highest version"),
        "that it is the highest version",
    );
    accounts.delete(one).await
}

pub(in crate::testing) async fn delete_in_doubt__again<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let (_locks, accounts) = home.faulty_accounts().await;
    for (id, fault) in [(1, LoseReply), (2, LoseRequest)] {
        accounts.storage().next([fault]);
        let one = accounts.lock(&home.id(id)).await?;
        let Err(rejected) = accounts.delete(one).keep_guard().await else {
            panic!("`delete` whose answer is lost: it must be an error")
        };
        is("`delete` whose answer is lost", rejected.error.outcome(), Outcome::Unknown);
        accounts.delete(rejected.guard).await?;
        is("the number that is stored", home.stored_number(id).await, None);
    }
    Ok(())
}

pub(in crate::testing) async fn delete_refused__again<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let (_locks, accounts) = home.accounts().await;
    let one = accounts.lock(&home.id(1)).await?;
    let fence = Locked::fence(&one);
    home.write_behind(1, 500, fence).await;
    let Err(rejected) = accounts.delete(one).keep_guard().await else {
        panic!("`delete` of a stale version: it must be an error")
    };
    let version = home.find(1).await.map_or(0, |stored| stored.version);
    is("`delete` by somebody else", home.delete(1, fence.get(), version..=version).await, Written::Done);
    let error = accounts.delete(rejected.guard).await.expect_err("it was refused, so somebody else did it");
    holds("`delete`", &error, matches!(error, Error::Save(SaveError::Gone { .. })), "`Gone`");
    Ok(())
}

/// Polls it so many times, whenever it was woken, and drops it.
pub(super) async fn polled<F: Future + Unpin>(polls: u32, mut future: F) -> Option<F::Output> {
    let mut left = polls;
    poll_fn(|context| {
        let Some(rest) = left.checked_sub(1) else { return Poll::Ready(None) };
        left = rest;
        match future.poll_unpin(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

pub(in crate::testing) async fn save__dropped_at_any_poll<H: StorageHarness>(
    home: &Home<'_, H>,
) -> Result<()> {
    let (_locks, accounts) = home.faulty_accounts().await;
    let mut one = accounts.lock(&home.id(1)).await?;
    for polls in 0.. {
        let number = i64::from(polls) + 100;
        home.harness.set_number(one.edit(), number);
        let done = polled(polls, accounts.save(&mut one)).await.is_some();
        if done {
            holds("how often it was dropped", polls, polls > 2, "more than twice");
            break;
        }
        accounts.save(&mut one).await?;
        let what = format!("the number that is stored, after {polls} polls and another `save`");
        is(&what, home.stored_number(1).await, Some(number));
        Locked::release(one).await?;
        one = accounts.lock(&home.id(1)).await?;
        is("the number that is loaded", home.harness.number(&one), number);
    }
    Ok(())
}

pub(in crate::testing) async fn lock__dropped_at_any_poll<H: StorageHarness>(
    home: &Home<'_, H>,
) -> Result<()> {
    let (locks, accounts) = home.faulty_accounts().await;
    let id = home.id(1);
    for polls in 0.. {
        let done = polled(polls, accounts.lock(&id)).await.is_some();
        locks.drain().await;
        let what = format!("whether it is free after {polls} polls of `lock`");
        holds(&what, (), accounts.try_lock(&id).await?.is_some(), "true");
        locks.drain().await;
        if done {
            holds("how often it was dropped", polls, polls > 2, "more than twice");
            break;
        }
    }
    Ok(())
}
