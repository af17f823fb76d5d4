//! `LockStore::force_release`, in each state of the lock: asked through the holder's handle ("same") and through that
//! of another process ("other").
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which state")]

use crate::{
    model::Owner,
    store::{ExtendReply, LockStore, ReleaseReply},
    testing::{
        calls::{LONG, acquire, extend, force, release, rotate},
        say::{holds, is},
        stage::{Stage, State},
    },
};

pub(in crate::testing) async fn store_force_release__missing_same(at: Stage) {
    at.bring(State::Missing).await;
    finds_nobody(&at, at.store()).await;
}

pub(in crate::testing) async fn store_force_release__missing_other(at: Stage) {
    finds_nobody(&at, at.other()).await;
}

pub(in crate::testing) async fn store_force_release__running_same(at: Stage) {
    evicts(&at, State::Running, at.store()).await;
}

pub(in crate::testing) async fn store_force_release__running_other(at: Stage) {
    evicts(&at, State::Running, at.other()).await;
}

pub(in crate::testing) async fn store_force_release__never_same(at: Stage) {
    evicts(&at, State::Never, at.store()).await;
}

pub(in crate::testing) async fn store_force_release__never_other(at: Stage) {
    evicts(&at, State::Never, at.other()).await;
}

pub(in crate::testing) async fn store_force_release__lapsed_same(at: Stage) {
    at.bring(State::Lapsed).await;
    finds_nobody(&at, at.store()).await;
}

pub(in crate::testing) async fn store_force_release__lapsed_other(at: Stage) {
    at.bring(State::Lapsed).await;
    finds_nobody(&at, at.other()).await;
}

pub(in crate::testing) async fn store_force_release__lapsed_and_retaken(at: Stage) {
    let (_, first) = at.bring(State::Lapsed).await;
    let second = acquire(at.other(), "k", &Owner::unique()).await;
    let forced = force(at.store(), "k").await;
    let above = forced.is_some_and(|token| token > second && second > first);
    holds("`force_release` of what is held", forced, above, &format!("`Forced`, above {second}"));
    at.is_free().await;
}

pub(in crate::testing) async fn store_force_release__raises_the_token(at: Stage) {
    let (_, evicted) = at.bring(State::Running).await;
    let forced = force(at.other(), "k").await;
    holds("the token", forced, forced > Some(evicted), &format!("above the evicted holder's, {evicted}"));
    let next = acquire(at.store(), "k", &Owner::unique()).await;
    holds("the next token", next, Some(next) > forced, &format!("above the one of the force, {forced:?}"));
}

pub(in crate::testing) async fn store_force_release__the_evicted_holder_is_refused(at: Stage) {
    let (me, _) = at.bring(State::Running).await;
    force(at.other(), "k").await;
    is("`extend` by the evicted", extend(at.store(), "k", &me, LONG).await, ExtendReply::NotHeld);
    is("`release` by the evicted", release(at.store(), "k", &me).await, ReleaseReply::NotHeld);
    is("`rotate` by the evicted", rotate(at.store(), "k", &me, &Owner::unique(), None).await, None);
    at.is_free().await;
}

pub(in crate::testing) async fn store_force_release__another_key(at: Stage) {
    let (me, token) = at.bring(State::Running).await;
    acquire(at.store(), "another", &me).await;
    let forced = force(at.store(), "another").await;
    holds("`force_release` of what is held", forced, forced.is_some(), "`Forced`");
    at.is_untouched(State::Running, &me, token).await;
}

async fn finds_nobody(at: &Stage, store: &dyn LockStore) {
    is("`force_release` of what nobody holds", force(store, "k").await, None);
    at.is_free().await;
}

async fn evicts(at: &Stage, state: State, store: &dyn LockStore) {
    at.bring(state).await;
    let forced = force(store, "k").await;
    holds("`force_release` of what is held", forced, forced.is_some(), "`Forced`");
    at.is_free().await;
    is("a second `force_release`", force(store, "k").await, None);
    acquire(at.other(), "k", &Owner::unique()).await;
}
