//! `LockStore::wakeups`.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which situation")]

use std::time::Duration;

use futures::StreamExt;
use tokio::time::timeout;

use crate::{
    model::Owner,
    store::{LockStore, Release, ReleaseReply, Wakeup, WakeupStream},
    testing::{
        calls::{LONG, acquire, force, is_released, key, try_acquire},
        say::{holds, is},
        stage::Stage,
    },
};

pub(in crate::testing) async fn store_wakeups__begin_with_all(at: Stage) {
    for store in [at.store(), at.other()] {
        drop(listening(&at, store).await);
    }
}

pub(in crate::testing) async fn store_wakeups__release_here(at: Stage) {
    hears_of_a_release(&at, at.store()).await;
}

pub(in crate::testing) async fn store_wakeups__release_elsewhere(at: Stage) {
    hears_of_a_release(&at, at.other()).await;
}

pub(in crate::testing) async fn store_wakeups__batch_here(at: Stage) {
    hears_of_a_batch(&at, at.store()).await;
}

pub(in crate::testing) async fn store_wakeups__batch_elsewhere(at: Stage) {
    hears_of_a_batch(&at, at.other()).await;
}

pub(in crate::testing) async fn store_wakeups__force_here(at: Stage) {
    hears_of_a_force(&at, at.store()).await;
}

pub(in crate::testing) async fn store_wakeups__force_elsewhere(at: Stage) {
    hears_of_a_force(&at, at.other()).await;
}

pub(in crate::testing) async fn store_wakeups__two_listeners(at: Stage) {
    let me = Owner::unique();
    acquire(at.store(), "k", &me).await;
    let (mut one, mut two) = (listening(&at, at.store()).await, listening(&at, at.other()).await);
    finds_it_held(at.store()).await;
    finds_it_held(at.other()).await;
    is_released(at.other(), "k", &me).await;
    hears(&at, &mut one).await;
    hears(&at, &mut two).await;
}

pub(in crate::testing) async fn store_wakeups__again_after_a_listener_went_away(at: Stage) {
    let me = Owner::unique();
    for _ in 0..3 {
        acquire(at.store(), "k", &me).await;
        let mut hints = listening(&at, at.store()).await;
        finds_it_held(at.store()).await;
        is_released(at.other(), "k", &me).await;
        hears(&at, &mut hints).await;
    }
}

async fn hears_of_a_release(at: &Stage, releaser: &dyn LockStore) {
    let me = Owner::unique();
    acquire(at.store(), "k", &me).await;
    let mut hints = listening(at, at.store()).await;
    for _ in 0..3 {
        finds_it_held(at.store()).await;
        is_released(releaser, "k", &me).await;
        hears(at, &mut hints).await;
        acquire(at.store(), "k", &me).await;
    }
}

async fn hears_of_a_batch(at: &Stage, releaser: &dyn LockStore) {
    let me = Owner::unique();
    acquire(at.store(), "k", &me).await;
    let mut hints = listening(at, at.store()).await;
    finds_it_held(at.store()).await;
    let batch = vec![Release::new(key("another"), me.clone()), Release::new(key("k"), me)];
    let replies = releaser.release_all(batch).await;
    let released = matches!(replies[..], [Ok(ReleaseReply::NotHeld), Ok(ReleaseReply::Released)]);
    holds("`release_all`", &replies, released, "`NotHeld` and `Released`");
    hears(at, &mut hints).await;
}

async fn hears_of_a_force(at: &Stage, releaser: &dyn LockStore) {
    acquire(at.store(), "k", &Owner::unique()).await;
    let mut hints = listening(at, at.store()).await;
    finds_it_held(at.store()).await;
    let forced = force(releaser, "k").await;
    holds("`force_release` of what is held", forced, forced.is_some(), "`Forced`");
    hears(at, &mut hints).await;
}

/// A stream of hints that has begun to listen.
async fn listening(at: &Stage, store: &dyn LockStore) -> WakeupStream {
    let Some(mut hints) = store.wakeups() else {
        panic!("`wakeups`: the answer was nothing, and must be a stream, as the capabilities say")
    };
    is("the first hint", next(at, &mut hints).await, Some(Wakeup::All));
    hints
}

/// A waiter looks once more when it is listened for hints: a store may tell of those keys alone that somebody waits for.
async fn finds_it_held(store: &dyn LockStore) {
    let granted = try_acquire(store, "k", &Owner::unique(), LONG).await;
    is("`acquire` of what is held", granted, None);
}

/// A hint that may be about the lock `k` comes in time; those about other changes may come before it.
async fn hears(at: &Stage, hints: &mut WakeupStream) {
    loop {
        match next(at, hints).await {
            Some(Wakeup::All) => return,
            Some(Wakeup::Key(of)) if of == key("k") => return,
            Some(Wakeup::Key(_)) => {}
            None => panic!("the hints have ended, and must go on"),
        }
    }
}

async fn next(at: &Stage, hints: &mut WakeupStream) -> Option<Wakeup> {
    let patience = at.margin + Duration::from_millis(100);
    match timeout(patience, hints.next()).await {
        Ok(hint) => hint,
        Err(_) => panic!("no hint came within {patience:?}, and one must, soon after the release"),
    }
}
