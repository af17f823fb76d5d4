//! `Lock::adopt`, which finds the lease of a seat that its owner holds already, in each state of the lock.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which state")]

use crate::{
    lock::{AcquireError, Lease},
    testing::{
        calls::LONG,
        say::{holds, is},
        stage::{Stage, State},
    },
};

pub(in crate::testing) async fn adopt__free(at: Stage) {
    is_none(&at).await;
    at.is_free().await;
}

pub(in crate::testing) async fn adopt__mine_running(at: Stage) {
    let mine = at.seat(State::Running).await;
    let again = adopts(&at, &mine).await;
    let left = again.remaining();
    let about = left.is_some_and(|left| left <= LONG && left > LONG / 2);
    holds("the time that is left", left, about, "what is left to the seat");
}

pub(in crate::testing) async fn adopt__mine_never(at: Stage) {
    let mine = at.seat(State::Never).await;
    let again = adopts(&at, &mine).await;
    is("the time that is left", again.remaining(), None);
}

pub(in crate::testing) async fn adopt__other(at: Stage) {
    let others = at.others().await;
    is_none(&at).await;
    at.is_still(&others).await;
}

pub(in crate::testing) async fn adopt__mine_lapsed(at: Stage) {
    let _lapsed = at.seat(State::Lapsed).await;
    is_none(&at).await;
    at.is_free().await;
}

pub(in crate::testing) async fn adopt__mine_lapsed_retaken(at: Stage) {
    let _lapsed = at.seat(State::Lapsed).await;
    let others = at.others().await;
    is_none(&at).await;
    at.is_still(&others).await;
}

pub(in crate::testing) async fn adopt__mine_running_by_another_process(at: Stage) {
    let mine = at.seat(State::Running).await;
    let again = at.elsewhere().lock("k").owner("user-7").adopt().await.expect("the store answers");
    is("the token", again.map(|again| again.fence()), Some(mine.fence()));
    at.is_still(&mine).await;
}

pub(in crate::testing) async fn adopt__without_an_owner(at: Stage) {
    let ended = at.locks().lock("k").adopt().await;
    let refused = matches!(ended, Err(AcquireError::InvalidOption { .. }));
    holds("`adopt` without an owner", &ended, refused, "`Err(InvalidOption)`");
}

async fn is_none(at: &Stage) {
    let adopted = at.locks().lock("k").owner("user-7").ttl(LONG).adopt().await;
    holds("`adopt`", &adopted, matches!(adopted, Ok(None)), "`Ok(None)`");
}

async fn adopts(at: &Stage, mine: &Lease) -> Lease {
    let adopted = at.locks().lock("k").owner("user-7").ttl(LONG).adopt().await;
    let Ok(Some(again)) = adopted else {
        panic!("`adopt` of one's own seat: the answer was {adopted:?}, and must be a lease")
    };
    is("the token", again.fence(), mine.fence());
    at.is_still(mine).await;
    again
}
