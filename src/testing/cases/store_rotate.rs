//! `LockStore::rotate`, in each state of the lock: from the owner that has or had it ("same"), and from another.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which state")]

use std::error::Error;

use crate::{
    model::{FencingToken, Owner, TokenExhausted},
    store::{Outcome, ReleaseReply, StoreErrorKind},
    testing::{
        calls::{acquire, holder, is_released, release, rotate, rotation},
        say::{holds, is},
        stage::{Stage, State},
    },
};

pub(in crate::testing) async fn store_rotate__missing_same(at: Stage) {
    let (me, _) = at.bring(State::Missing).await;
    is("`rotate` of what was released", rotate(at.store(), "k", &me, &Owner::unique(), None).await, None);
    at.is_free().await;
}

pub(in crate::testing) async fn store_rotate__missing_other(at: Stage) {
    let (from, to) = (Owner::unique(), Owner::unique());
    is("`rotate` of what nobody ever held", rotate(at.store(), "k", &from, &to, None).await, None);
    at.is_free().await;
}

pub(in crate::testing) async fn store_rotate__running_same(at: Stage) {
    hands_over(&at, State::Running).await;
}

pub(in crate::testing) async fn store_rotate__running_other(at: Stage) {
    refuses_a_stranger(&at, State::Running).await;
}

pub(in crate::testing) async fn store_rotate__never_same(at: Stage) {
    hands_over(&at, State::Never).await;
}

pub(in crate::testing) async fn store_rotate__never_other(at: Stage) {
    refuses_a_stranger(&at, State::Never).await;
}

pub(in crate::testing) async fn store_rotate__lapsed_same(at: Stage) {
    let (me, _) = at.bring(State::Lapsed).await;
    is("`rotate` of what has lapsed", rotate(at.store(), "k", &me, &Owner::unique(), None).await, None);
    is("`rotate` to oneself of what has lapsed", rotate(at.other(), "k", &me, &me, None).await, None);
    at.is_free().await;
}

pub(in crate::testing) async fn store_rotate__lapsed_other(at: Stage) {
    at.bring(State::Lapsed).await;
    let (from, to) = (Owner::unique(), Owner::unique());
    is("`rotate` by a stranger", rotate(at.other(), "k", &from, &to, None).await, None);
    at.is_free().await;
}

pub(in crate::testing) async fn store_rotate__lapsed_and_retaken(at: Stage) {
    let (me, _) = at.bring(State::Lapsed).await;
    let next = Owner::unique();
    let token = acquire(at.other(), "k", &next).await;
    is("`rotate` by the one before", rotate(at.store(), "k", &me, &Owner::unique(), None).await, None);
    at.is_untouched(State::Running, &next, token).await;
}

pub(in crate::testing) async fn store_rotate__the_former_holder_is_refused(at: Stage) {
    let (me, _) = at.bring(State::Running).await;
    let heir = Owner::unique();
    let token = rotate(at.other(), "k", &me, &heir, None).await.expect("it is held");
    is("`release` by the former holder", release(at.store(), "k", &me).await, ReleaseReply::NotHeld);
    is("another `rotate`", rotate(at.store(), "k", &me, &Owner::unique(), None).await, None);
    at.is_untouched(State::Running, &heir, token).await;
    is_released(at.store(), "k", &heir).await;
    is("`rotate` of what the heir released", rotate(at.store(), "k", &me, &heir, None).await, None);
}

pub(in crate::testing) async fn store_rotate__again_after_a_lost_reply(at: Stage) {
    let (me, _) = at.bring(State::Running).await;
    let heir = Owner::unique();
    let token = rotate(at.store(), "k", &me, &heir, None).await;
    is("the same `rotate` again", rotate(at.store(), "k", &me, &heir, None).await, token);
    is("the same `rotate` again, elsewhere", rotate(at.other(), "k", &me, &heir, None).await, token);
}

pub(in crate::testing) async fn store_rotate__raises_the_token(at: Stage) {
    let (me, first) = at.bring(State::Running).await;
    let heir = Owner::unique();
    let second = rotate(at.other(), "k", &me, &heir, None).await;
    holds("the token of the heir", second, second > Some(first), &format!("above {first}"));
}

pub(in crate::testing) async fn store_rotate__to_oneself_without_above(at: Stage) {
    let (me, token) = at.bring(State::Running).await;
    is("`rotate` to oneself", rotate(at.other(), "k", &me, &me, None).await, Some(token));
    at.is_untouched(State::Running, &me, token).await;
}

pub(in crate::testing) async fn store_rotate__to_oneself_above(at: Stage) {
    let (me, token) = at.bring(State::Running).await;
    let above = ahead(token);
    let raised = rotate(at.store(), "k", &me, &me, Some(above)).await;
    holds("the raised token", raised, raised > Some(above), &format!("above {above}"));
    let again = rotate(at.other(), "k", &me, &me, Some(above)).await;
    is("the same again: it is above already", again, raised);
    at.is_untouched(State::Running, &me, raised.expect("checked")).await;
    is_released(at.store(), "k", &me).await;
    let next = acquire(at.other(), "k", &Owner::unique()).await;
    holds("the next token", next, Some(next) > raised, &format!("above the raised one, {raised:?}"));
}

pub(in crate::testing) async fn store_rotate__to_another_above(at: Stage) {
    let (me, token) = at.bring(State::Running).await;
    let (heir, above) = (Owner::unique(), ahead(token));
    let first = rotate(at.store(), "k", &me, &heir, Some(token)).await;
    holds("the token of the heir", first, first > Some(token), &format!("above {token}"));
    let second = rotate(at.other(), "k", &me, &heir, Some(above)).await;
    let what = "the token, when the heir has it already and more is asked for";
    holds(what, second, second > Some(above), &format!("above {above}"));
    at.is_untouched(State::Running, &heir, second.expect("checked")).await;
}

pub(in crate::testing) async fn store_rotate__above_the_highest_token(at: Stage) {
    let (me, token) = at.bring(State::Running).await;
    let highest = Some(FencingToken::MAX);
    let reply = at.store().rotate(rotation("k", &me, &Owner::unique(), highest)).await;
    let Err(error) = reply else {
        panic!("`rotate` above the highest token: the answer was {reply:?}, and must be an error")
    };
    is("the error", (error.kind(), error.outcome()), (StoreErrorKind::Rejected, Outcome::NotDone));
    let exhausted = error.source().is_some_and(|source| source.is::<TokenExhausted>());
    holds("the source of the error", &error, exhausted, "`TokenExhausted`");
    at.is_untouched(State::Running, &me, token).await;
}

async fn hands_over(at: &Stage, state: State) {
    let (me, _) = at.bring(state).await;
    let heir = Owner::unique();
    let token = rotate(at.other(), "k", &me, &heir, None).await;
    holds("`rotate` by the holder", token, token.is_some(), "a grant for the heir");
    at.is_untouched(State::Running, &heir, token.expect("checked")).await;
    is("the label", holder(at.store(), "k").await.map(|held| held.label), Some("heir".into()));
}

async fn refuses_a_stranger(at: &Stage, state: State) {
    let (me, token) = at.bring(state).await;
    let (from, to) = (Owner::unique(), Owner::unique());
    is("`rotate` by a stranger", rotate(at.other(), "k", &from, &to, None).await, None);
    is("`rotate` by a stranger to itself", rotate(at.store(), "k", &from, &from, None).await, None);
    at.is_untouched(state, &me, token).await;
}

/// A token as of an hour ahead.
fn ahead(token: FencingToken) -> FencingToken {
    FencingToken::new(token.get() + 3_600_000_000).expect("the year 2255 is far")
}
