//! `LockStore::extend`, in each state of the lock.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which state")]

use crate::{
    model::{Owner, Ttl},
    store::ExtendReply::NotHeld,
    testing::{
        calls::{EXTENDED, LONG, acquire, extend, holder, try_acquire},
        say::{holds, is},
        stage::{Stage, State},
    },
};

pub(in crate::testing) async fn store_extend__missing_same(at: Stage) {
    let (me, _) = at.bring(State::Missing).await;
    is("`extend` of what was released", extend(at.store(), "k", &me, LONG).await, NotHeld);
    at.is_free().await;
}

pub(in crate::testing) async fn store_extend__missing_other(at: Stage) {
    is("`extend` of what nobody ever held", extend(at.store(), "k", &Owner::unique(), LONG).await, NotHeld);
    at.is_free().await;
}

pub(in crate::testing) async fn store_extend__running_same(at: Stage) {
    let (me, token) = at.bring(State::Running).await;
    is("`extend` by the holder", extend(at.other(), "k", &me, 2 * LONG).await, EXTENDED);
    let held = holder(at.store(), "k").await.expect("it is held");
    is("the holder", (&held.owner, held.token), (&me, token));
    let longer = held.remaining.is_some_and(|left| left > LONG && left <= 2 * LONG);
    holds("the time that is left", held.remaining, longer, "the new ttl, from now");
}

pub(in crate::testing) async fn store_extend__running_other(at: Stage) {
    let (me, token) = at.bring(State::Running).await;
    let stranger = Owner::unique();
    is("`extend` by a stranger", extend(at.other(), "k", &stranger, Ttl::Never).await, NotHeld);
    is("`extend` by a stranger", extend(at.store(), "k", &stranger, at.short).await, NotHeld);
    at.is_untouched(State::Running, &me, token).await;
}

pub(in crate::testing) async fn store_extend__never_same(at: Stage) {
    let (me, token) = at.bring(State::Never).await;
    is("`extend` by the holder", extend(at.other(), "k", &me, LONG).await, EXTENDED);
    at.is_untouched(State::Running, &me, token).await;
}

pub(in crate::testing) async fn store_extend__never_other(at: Stage) {
    let (me, token) = at.bring(State::Never).await;
    is("`extend` by a stranger", extend(at.other(), "k", &Owner::unique(), LONG).await, NotHeld);
    at.is_untouched(State::Never, &me, token).await;
}

pub(in crate::testing) async fn store_extend__lapsed_same(at: Stage) {
    let (me, _) = at.bring(State::Lapsed).await;
    is("`extend` of what has lapsed", extend(at.store(), "k", &me, LONG).await, NotHeld);
    at.is_free().await;
    is("`extend` for ever of what has lapsed", extend(at.other(), "k", &me, Ttl::Never).await, NotHeld);
    at.is_free().await;
}

pub(in crate::testing) async fn store_extend__lapsed_other(at: Stage) {
    at.bring(State::Lapsed).await;
    is("`extend` by a stranger", extend(at.other(), "k", &Owner::unique(), LONG).await, NotHeld);
    at.is_free().await;
}

pub(in crate::testing) async fn store_extend__lapsed_and_retaken(at: Stage) {
    let (me, _) = at.bring(State::Lapsed).await;
    let next = Owner::unique();
    let token = acquire(at.other(), "k", &next).await;
    is("`extend` by the one before", extend(at.store(), "k", &me, Ttl::Never).await, NotHeld);
    at.is_untouched(State::Running, &next, token).await;
}

pub(in crate::testing) async fn store_extend__running_same_for_less(at: Stage) {
    let (me, _) = at.bring(State::Running).await;
    is("`extend` by the holder", extend(at.other(), "k", &me, at.short).await, EXTENDED);
    let left = holder(at.store(), "k").await.and_then(|held| held.remaining);
    holds("the time that is left", left, left <= Some(at.short), "the new ttl, from now");
    at.lapse().await;
    at.is_free().await;
    acquire(at.other(), "k", &Owner::unique()).await;
}

pub(in crate::testing) async fn store_extend__running_same_for_ever(at: Stage) {
    let (me, token) = at.bring(State::Running).await;
    is("`extend` for ever by the holder", extend(at.other(), "k", &me, Ttl::Never).await, EXTENDED);
    at.is_untouched(State::Never, &me, token).await;
}

pub(in crate::testing) async fn store_extend__running_same_past_the_old_ttl(at: Stage) {
    let me = Owner::unique();
    // Long enough that the extension comes in time on a busy machine.
    let ttl = at.short + at.margin;
    let granted = try_acquire(at.store(), "k", &me, ttl).await;
    holds("`acquire` of a free lock", granted, granted.is_some(), "a grant");
    is("`extend` by the holder", extend(at.other(), "k", &me, LONG).await, EXTENDED);
    tokio::time::sleep(ttl + at.short).await;
    is("`acquire` by another", try_acquire(at.other(), "k", &Owner::unique(), LONG).await, None);
    is("who holds it", holder(at.store(), "k").await.map(|held| held.owner), Some(me));
}
