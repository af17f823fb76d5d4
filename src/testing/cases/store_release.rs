//! `LockStore::release`, in each state of the lock.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which state")]

use crate::{
    model::Owner,
    store::ReleaseReply::{NotHeld, Released},
    testing::{
        calls::{acquire, release},
        say::is,
        stage::{Stage, State},
    },
};

pub(in crate::testing) async fn store_release__missing_same(at: Stage) {
    let (me, _) = at.bring(State::Missing).await;
    is("a second `release`", release(at.store(), "k", &me).await, NotHeld);
    is("a third `release`, elsewhere", release(at.other(), "k", &me).await, NotHeld);
    at.is_free().await;
}

pub(in crate::testing) async fn store_release__missing_other(at: Stage) {
    is("`release` of what nobody ever held", release(at.store(), "k", &Owner::unique()).await, NotHeld);
    at.is_free().await;
}

pub(in crate::testing) async fn store_release__running_same(at: Stage) {
    let (me, _) = at.bring(State::Running).await;
    is("`release` by the holder", release(at.other(), "k", &me).await, Released);
    at.is_free().await;
    acquire(at.store(), "k", &Owner::unique()).await;
}

pub(in crate::testing) async fn store_release__running_other(at: Stage) {
    let (me, token) = at.bring(State::Running).await;
    is("`release` by a stranger", release(at.store(), "k", &Owner::unique()).await, NotHeld);
    is("`release` by a stranger, elsewhere", release(at.other(), "k", &Owner::unique()).await, NotHeld);
    at.is_untouched(State::Running, &me, token).await;
}

pub(in crate::testing) async fn store_release__never_same(at: Stage) {
    let (me, _) = at.bring(State::Never).await;
    is("`release` by the holder", release(at.other(), "k", &me).await, Released);
    at.is_free().await;
}

pub(in crate::testing) async fn store_release__never_other(at: Stage) {
    let (me, token) = at.bring(State::Never).await;
    is("`release` by a stranger", release(at.other(), "k", &Owner::unique()).await, NotHeld);
    at.is_untouched(State::Never, &me, token).await;
}

pub(in crate::testing) async fn store_release__lapsed_same(at: Stage) {
    let (me, _) = at.bring(State::Lapsed).await;
    is("`release` of what has lapsed", release(at.store(), "k", &me).await, NotHeld);
    at.is_free().await;
}

pub(in crate::testing) async fn store_release__lapsed_other(at: Stage) {
    at.bring(State::Lapsed).await;
    is("`release` by a stranger", release(at.other(), "k", &Owner::unique()).await, NotHeld);
    at.is_free().await;
}

pub(in crate::testing) async fn store_release__lapsed_and_retaken(at: Stage) {
    let (me, _) = at.bring(State::Lapsed).await;
    let next = Owner::unique();
    let token = acquire(at.other(), "k", &next).await;
    is("`release` by the one before", release(at.store(), "k", &me).await, NotHeld);
    at.is_untouched(State::Running, &next, token).await;
}

pub(in crate::testing) async fn store_release__another_key(at: Stage) {
    let (me, token) = at.bring(State::Running).await;
    acquire(at.store(), "another", &me).await;
    is("`release` by the holder", release(at.store(), "another", &me).await, Released);
    at.is_untouched(State::Running, &me, token).await;
}
