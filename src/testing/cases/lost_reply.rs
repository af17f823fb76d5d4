//! The store has done it, and its answer is lost: for each call.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which situation")]

use crate::{
    lock::{AcquireError, ExtendError, Lock, Locks},
    model::Owner,
    store::{
        AskRelease, AskReply, Extend, ForceRelease, ForceReply, LockStore, Outcome, Release, ReleaseReply,
        StoreError,
    },
    testing::{
        FaultyStore,
        calls::{
            EXTENDED, LONG, acquire, acquire_for, ask, force, holder, key, rotate, rotation, try_acquire, ttl,
        },
        faulty::{Fault, Op, REPLY_HANGS, REPLY_LOST},
        say::{holds, is},
        stage::{Stage, State, taken},
        tasks::{start, timed},
    },
};

pub(in crate::testing) async fn lost_reply__to_acquire(at: Stage) {
    let (store, locks) = at.faulty();
    store.once(Op::Acquire, [REPLY_LOST]);
    is_unknown(locks.lock("k").acquire().await);
    leaves_nothing(&at, &locks).await;
}

pub(in crate::testing) async fn lost_reply__to_try_acquire(at: Stage) {
    let (store, locks) = at.faulty();
    store.once(Op::Acquire, [REPLY_LOST]);
    is_unknown(locks.lock("k").try_acquire().await);
    leaves_nothing(&at, &locks).await;
}

pub(in crate::testing) async fn lost_reply__to_acquire_for_ever(at: Stage) {
    let (store, locks) = at.hanging();
    store.once(Op::Acquire, [REPLY_HANGS]);
    let (took, ended) = timed(locks.lock("k").wait(at.short).acquire()).await;
    is_unknown(ended);
    holds(
        "how long `acquire` took",
        took,
        took <= at.short + at.margin,
        &format!("its wait, {:?}", at.short),
    );
    let lease = locks.lock("k").ttl(LONG).wait(LONG).acquire().await.expect("nobody holds it");
    holds("who has it", lease.owner(), lease.owner() != &store.owners(Op::Acquire)[0], "another owner");
    at.is_still(&lease).await;
}

pub(in crate::testing) async fn lost_reply__to_acquire_by_the_same_owner(at: Stage) {
    let (store, me) = (FaultyStore::over(at.store_arc()), Owner::unique());
    store.once(Op::Acquire, [REPLY_LOST]);
    is_not_known(store.acquire(acquire_for("k", &me, LONG)).await);
    let token = try_acquire(&store, "k", &me, LONG).await;
    let held = holder(at.other(), "k").await.map(|held| (held.owner, held.token));
    is("who holds it after the same call again", held, token.map(|token| (me, token)));
}

pub(in crate::testing) async fn lost_reply__to_release(at: Stage) {
    let (store, locks) = at.faulty();
    let lease = at.mine(&locks, State::Running).await;
    store.once(Op::Release, [REPLY_LOST]);
    let ended = lease.release().await;
    holds("`release`", &ended, ended.is_ok(), "`Ok`: the second one tells that the first was done");
    leaves_nothing(&at, &locks).await;
}

pub(in crate::testing) async fn lost_reply__to_the_release_of_a_dropped_guard(at: Stage) {
    let (store, locks) = at.faulty();
    let lease = at.mine(&locks, State::Running).await;
    store.once(Op::Release, [REPLY_LOST]);
    drop(lease);
    leaves_nothing(&at, &locks).await;
}

pub(in crate::testing) async fn lost_reply__to_a_batch_of_releases(at: Stage) {
    let (store, locks) = at.faulty();
    let leases = [taken(&locks.lock("k").ttl(LONG)).await, taken(&locks.lock("l").ttl(LONG)).await];
    store.once(Op::ReleaseAll, [REPLY_LOST]);
    drop(leases);
    leaves_nothing(&at, &locks).await;
    is("who holds the other", holder(at.other(), "l").await, None);
}

pub(in crate::testing) async fn lost_reply__to_the_same_batch_of_releases(at: Stage) {
    let (me, _) = at.bring(State::Running).await;
    let store = FaultyStore::over(at.store_arc());
    store.once(Op::ReleaseAll, [REPLY_LOST]);
    let batch = || vec![Release::new(key("k"), me.clone())];
    store.release_all(batch()).await.into_iter().for_each(is_not_known);
    let again: Vec<_> =
        store.release_all(batch()).await.into_iter().map(|one| one.expect("answers")).collect();
    is("the same batch again", again, vec![ReleaseReply::NotHeld]);
    at.is_free().await;
}

pub(in crate::testing) async fn lost_reply__to_a_batch_of_extensions(at: Stage) {
    let (me, token) = at.bring(State::Running).await;
    let store = FaultyStore::over(at.store_arc());
    store.once(Op::ExtendAll, [REPLY_LOST]);
    let batch = || vec![Extend::new(key("k"), me.clone(), ttl(LONG))];
    store.extend_all(batch()).await.into_iter().for_each(is_not_known);
    let again: Vec<_> =
        store.extend_all(batch()).await.into_iter().map(|one| one.expect("answers")).collect();
    is("the same batch again", again, vec![EXTENDED]);
    at.is_untouched(State::Running, &me, token).await;
}

pub(in crate::testing) async fn lost_reply__to_extend(at: Stage) {
    let (store, locks) = at.faulty();
    let lease = at.mine(&locks, State::Running).await;
    let before = lease.remaining();
    store.once(Op::Extend, [REPLY_LOST]);
    let ended = lease.extend(Some(ttl(2 * LONG))).await;
    holds("`extend`", &ended, matches!(ended, Err(ExtendError::Store { .. })), "`Err(Store)`: nobody knows");
    let after = lease.remaining();
    holds("the time that is left", after, after <= before, "of the two deadlines the earlier");
    lease.extend(Some(ttl(2 * LONG))).await.expect("it is held");
    holds("the time that is left", lease.remaining(), lease.remaining() > Some(LONG), "the new one");
}

pub(in crate::testing) async fn lost_reply__to_extend_for_less(at: Stage) {
    let (store, locks) = at.faulty();
    let lease = at.mine(&locks, State::Running).await;
    store.once(Op::Extend, [REPLY_LOST]);
    lease.extend(Some(ttl(at.short))).await.expect_err("the answer was lost");
    let left = lease.remaining();
    holds("the time that is left", left, left <= Some(at.short), "of the two deadlines the earlier");
    at.lapse().await;
    is("`is_lost`", lease.is_lost(), true);
    at.is_free().await;
}

pub(in crate::testing) async fn lost_reply__to_rotate(at: Stage) {
    hand_over(&at, REPLY_LOST).await;
}

pub(in crate::testing) async fn lost_reply__to_rotate_for_ever(at: Stage) {
    hand_over(&at, REPLY_HANGS).await;
}

pub(in crate::testing) async fn lost_reply__to_rotate_between_the_same_owners(at: Stage) {
    let (me, _) = at.bring(State::Running).await;
    let (store, heir) = (FaultyStore::over(at.store_arc()), Owner::unique());
    store.once(Op::Rotate, [REPLY_LOST]);
    is_not_known(store.rotate(rotation("k", &me, &heir, None)).await);
    let token = rotate(&store, "k", &me, &heir, None).await;
    let held = holder(at.other(), "k").await.map(|held| (held.owner, held.token));
    is("who holds it after the same call again", held, token.map(|token| (heir, token)));
}

pub(in crate::testing) async fn lost_reply__to_force_release(at: Stage) {
    let (_, evicted) = at.bring(State::Never).await;
    let store = FaultyStore::over(at.store_arc());
    store.once(Op::Force, [REPLY_LOST]);
    is_not_known(store.force_release(ForceRelease::new(key("k"))).await);
    let again = store.force_release(ForceRelease::new(key("k"))).await.expect("answers");
    is("the same call again", again, ForceReply::NotHeld);
    at.is_free().await;
    let next = acquire(at.other(), "k", &Owner::unique()).await;
    holds("the next token", next, next > evicted, &format!("above the evicted holder's, {evicted}"));
}

pub(in crate::testing) async fn lost_reply__to_ask_release(at: Stage) {
    let (me, token) = at.bring(State::Running).await;
    let store = FaultyStore::over(at.store_arc());
    store.once(Op::Ask, [REPLY_LOST]);
    is_not_known(store.ask_release(AskRelease::new(key("k"), "please".into())).await);
    is("the same call again", ask(&store, "k", "please").await, AskReply::Asked);
    at.is_untouched(State::Running, &me, token).await;
}

pub(in crate::testing) async fn lost_reply__to_acquire_that_comes_later(at: Stage) {
    let (store, locks) = at.faulty();
    store.once(Op::Acquire, [Fault::Straggles(at.short)]);
    is_unknown(locks.lock("k").ttl(LONG).acquire().await);
    locks.drain().await;
    // It comes after all, and after its own release, which is why that is sent more than once.
    tokio::time::sleep(at.short + std::time::Duration::from_secs(1) + at.margin).await;
    at.is_free().await;
}

/// A hand-over whose answer is lost: nobody is told that he has it, the next one gets it, and nothing is left.
async fn hand_over(at: &Stage, fault: Fault) {
    let (store, locks) = at.hanging();
    let lease = at.mine(&locks, State::Running).await;
    let wait = |lock: Lock| start(async move { lock.acquire().await });
    let first = wait(locks.lock("k").ttl(LONG).wait(at.op_timeout() + at.margin));
    tokio::time::sleep(at.short).await;
    store.once(Op::Rotate, [fault]);
    drop(lease);
    let ended = first.await.expect("a waiter does not panic");
    holds("an acquisition whose answer is lost", &ended, ended.is_err(), "an error");
    is("how often it was handed over", store.calls(Op::Rotate), 1);
    leaves_nothing(at, &locks).await;
    is("what is left", force(at.other(), "k").await, None);
}

/// Somebody of this service gets it soon, and when that is over it is free.
async fn leaves_nothing(at: &Stage, locks: &Locks) {
    // A call without an answer is left alone for a few seconds before it counts as lost.
    let lease = locks.lock("k").ttl(LONG).wait(LONG).acquire().await.expect("nobody holds it");
    at.is_still(&lease).await;
    lease.release().await.expect("it is held");
    locks.drain().await;
    at.is_free().await;
}

#[track_caller]
fn is_unknown<T: std::fmt::Debug>(ended: Result<T, AcquireError>) {
    let unknown =
        matches!(&ended, Err(AcquireError::Store { source, .. }) if source.outcome() == Outcome::Unknown);
    holds("an acquisition whose answer is lost", &ended, unknown, "`Err(Store)`: nobody knows");
}

#[track_caller]
fn is_not_known<T: std::fmt::Debug>(reply: Result<T, StoreError>) {
    let unknown = matches!(&reply, Err(error) if error.outcome() == Outcome::Unknown);
    holds("a call whose answer is lost", &reply, unknown, "an error: nobody knows");
}
