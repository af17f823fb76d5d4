//! `Lock::try_acquire` and `Lock::acquire` by the owner of a seat, in each state of the lock.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which state")]

use std::time::Duration;

use crate::{
    lock::{AcquireError, Lease, Locks},
    testing::{
        calls::{LONG, holder},
        say::{holds, is},
        stage::{Stage, State},
        tasks::timed,
    },
};

pub(in crate::testing) async fn same_seat__free(at: Stage) {
    let [tried, acquired] = comes_both_ways(&at, &at.locks()).await;
    is("the token, of `acquire` after `try_acquire`", acquired.fence(), tried.fence());
    at.is_still(&acquired).await;
}

pub(in crate::testing) async fn same_seat__mine_running(at: Stage) {
    let mine = at.seat(State::Running).await;
    for locks in [at.locks(), at.elsewhere()] {
        for again in comes_both_ways(&at, &locks).await {
            is("the token", again.fence(), mine.fence());
        }
    }
    at.is_still(&mine).await;
}

pub(in crate::testing) async fn same_seat__mine_never(at: Stage) {
    let mine = at.seat(State::Never).await;
    for again in comes_both_ways(&at, &at.elsewhere()).await {
        is("the token", again.fence(), mine.fence());
    }
    is("the time that is left", left(&at).await, None);
}

pub(in crate::testing) async fn same_seat__other(at: Stage) {
    let others = at.others().await;
    is_kept_out(&at).await;
    at.is_still(&others).await;
}

pub(in crate::testing) async fn same_seat__mine_lapsed(at: Stage) {
    let lapsed = at.seat(State::Lapsed).await;
    let [tried, acquired] = comes_both_ways(&at, &at.locks()).await;
    let (before, token) = (lapsed.fence(), tried.fence());
    holds("the token after a lapse", token, token > before, &format!("above {before}"));
    at.is_still(&acquired).await;
}

pub(in crate::testing) async fn same_seat__mine_lapsed_retaken(at: Stage) {
    let _lapsed = at.seat(State::Lapsed).await;
    let others = at.others().await;
    is_kept_out(&at).await;
    at.is_still(&others).await;
}

pub(in crate::testing) async fn same_seat__mine_running_for_less(at: Stage) {
    let mine = at.seat(State::Running).await;
    let lock = at.elsewhere().lock("k").owner("user-7").ttl(at.short);
    drop(lock.acquire().await.expect("its own"));
    holds("the time that is left", left(&at).await, left(&at).await > Some(LONG / 2), "what it was");
    at.lapse().await;
    at.is_still(&mine).await;
}

pub(in crate::testing) async fn same_seat__mine_running_for_more(at: Stage) {
    let mine = at.seat(State::Running).await;
    let lock = at.elsewhere().lock("k").owner("user-7").ttl(2 * LONG);
    drop(lock.acquire().await.expect("its own"));
    holds("the time that is left", left(&at).await, left(&at).await > Some(LONG), "the longer one");
    at.is_still(&mine).await;
}

async fn left(at: &Stage) -> Option<Duration> {
    holder(at.other(), "k").await.expect("it is held").remaining
}

async fn comes_both_ways(at: &Stage, locks: &Locks) -> [Lease; 2] {
    let lock = locks.lock("k").owner("user-7").ttl(LONG);
    let tried = lock.try_acquire().await;
    let Ok(Some(tried)) = tried else {
        panic!("`try_acquire` by the seat's owner: the answer was {tried:?}, and must be a lease")
    };
    let (took, acquired) = timed(lock.acquire()).await;
    holds("how long `acquire` took", took, took <= at.margin, "no time");
    [tried, acquired.expect("its own")]
}

async fn is_kept_out(at: &Stage) {
    let lock = at.locks().lock("k").owner("user-7").ttl(LONG).wait(at.short);
    let tried = lock.try_acquire().await;
    holds("`try_acquire`", &tried, matches!(tried, Ok(None)), "`Ok(None)`");
    let ended = lock.acquire().await;
    holds("`acquire`", &ended, matches!(ended, Err(AcquireError::Timeout { .. })), "`Err(Timeout)`");
}
