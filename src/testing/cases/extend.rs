//! `Lease::extend`, in each state of the lock.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which state")]

use std::time::Duration;

use crate::{
    lock::{AcquireError, ExtendError, Lease},
    model::{Owner, Ttl},
    store::ExtendReply,
    testing::{
        calls::{self, LONG, force, holder, ttl},
        say::{holds, is},
        stage::{Stage, State, taken, taken_for_a_while},
        tasks::{start, timed},
    },
};

pub(in crate::testing) async fn extend__mine_running(at: Stage) {
    let lease = at.mine(&at.locks(), State::Running).await;
    is_ok(&lease, Some(ttl(2 * LONG))).await;
    stands_for(&at, &lease, 2 * LONG).await;
}

pub(in crate::testing) async fn extend__mine_running_by_the_original_ttl(at: Stage) {
    let lease = at.mine(&at.locks(), State::Running).await;
    is_ok(&lease, Some(ttl(3 * LONG))).await;
    is_ok(&lease, None).await;
    stands_for(&at, &lease, LONG).await;
}

pub(in crate::testing) async fn extend__mine_running_for_less(at: Stage) {
    let lease = at.mine(&at.locks(), State::Running).await;
    // Long enough that the answer comes in time on a busy machine.
    let less = at.short + at.margin;
    is_ok(&lease, Some(ttl(less))).await;
    tokio::time::sleep(less + at.short).await;
    holds("`is_lost` after the shorter ttl", lease.is_lost(), lease.is_lost(), "true");
    at.is_free().await;
}

pub(in crate::testing) async fn extend__mine_never(at: Stage) {
    let lease = at.mine(&at.locks(), State::Never).await;
    for ttl in [None, Some(ttl(at.short))] {
        let ended = lease.extend(ttl).await;
        let refused = matches!(ended, Err(ExtendError::NeverExpires { .. }));
        holds("`extend` of what never expires", &ended, refused, "`Err(NeverExpires)`");
    }
    at.lapse().await;
    at.is_still(&lease).await;
    is("the time that is left", holder(at.other(), "k").await.and_then(|held| held.remaining), None);
}

pub(in crate::testing) async fn extend__mine_lapsed(at: Stage) {
    let lease = at.mine(&at.locks(), State::Lapsed).await;
    is_lost(&lease).await;
    at.is_free().await;
    is_lost(&lease).await;
}

pub(in crate::testing) async fn extend__mine_lapsed_retaken(at: Stage) {
    let lease = at.mine(&at.locks(), State::Lapsed).await;
    let others = at.others().await;
    is_lost(&lease).await;
    at.is_still(&others).await;
    stands_for(&at, &others, LONG).await;
}

pub(in crate::testing) async fn extend__mine_forced(at: Stage) {
    let lease = at.mine(&at.locks(), State::Running).await;
    force(at.other(), "k").await.expect("it is held");
    is_lost(&lease).await;
    holds("`is_lost` after that", lease.is_lost(), lease.is_lost(), "true");
    at.is_free().await;
}

pub(in crate::testing) async fn extend__mine_forced_retaken(at: Stage) {
    let lease = at.mine(&at.locks(), State::Running).await;
    force(at.other(), "k").await.expect("it is held");
    let others = at.others().await;
    is_lost(&lease).await;
    at.is_still(&others).await;
}

pub(in crate::testing) async fn extend__keeps_a_waiter_out_past_the_old_ttl(at: Stage) {
    // Long enough that the extension comes in time on a busy machine.
    let old = at.short + at.margin;
    let lease = taken(&at.locks().lock("k").ttl(old)).await;
    let lock = at.elsewhere().lock("k").wait(old + at.short);
    let waiter = start(async move { lock.acquire().await });
    is_ok(&lease, Some(ttl(LONG))).await;
    let ended = waiter.await.expect("a waiter does not panic");
    let kept_out = matches!(ended, Err(AcquireError::Timeout { .. }));
    holds("a wait past the old ttl", &ended, kept_out, "`Timeout`");
    at.is_still(&lease).await;
}

pub(in crate::testing) async fn extend__by_a_stranger_does_not_keep_a_waiter_out(at: Stage) {
    let ttl = 2 * at.short;
    std::mem::forget(taken_for_a_while(&at.locks().lock("k").ttl(ttl)).await);
    let lock = at.elsewhere().lock("k").ttl(LONG).wait(LONG);
    let waiter = start(async move { timed(lock.acquire()).await });
    for _ in 0..5 {
        let reply = calls::extend(at.store(), "k", &Owner::unique(), LONG).await;
        is("`extend` by a stranger", reply, ExtendReply::NotHeld);
    }
    let (took, lease) = waiter.await.expect("a waiter does not panic");
    holds("how long the waiter waited", took, took <= ttl + at.margin, &format!("about the ttl, {ttl:?}"));
    at.is_still(&lease.expect("it expires")).await;
}

async fn is_ok(lease: &Lease, ttl: Option<Ttl>) {
    let ended = lease.extend(ttl).await;
    holds("`extend`", &ended, ended.is_ok(), "`Ok`");
}

async fn is_lost(lease: &Lease) {
    for ttl in [None, Some(ttl(LONG))] {
        let ended = lease.extend(ttl).await;
        holds("`extend`", &ended, matches!(ended, Err(ExtendError::Lost { .. })), "`Err(Lost)`");
    }
}

/// About this long from now, for the guard and for the store, and for the guard not longer than for the store.
async fn stands_for(at: &Stage, lease: &Lease, ttl: Duration) {
    let here = lease.remaining().unwrap_or_default();
    let there = holder(at.other(), "k").await.and_then(|held| held.remaining).unwrap_or_default();
    let must = format!("a little less than {ttl:?}");
    holds("the time that is left, by the guard", here, here <= ttl && here > ttl * 9 / 10, &must);
    holds("the time that is left, by the store", there, there <= ttl && there > ttl * 9 / 10, &must);
    let later = there + at.margin;
    holds("the guard's deadline", here, here <= later, &format!("not after the store's, {there:?}"));
}
