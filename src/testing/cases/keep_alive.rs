//! Leases that are renewed for as long as their guards live, and no longer.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which state")]

use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::{
    lock::{AcquireError, Lock, Locks},
    testing::{
        calls::{LONG, force, list},
        faulty::{HANGS, Op, UNAVAILABLE},
        say::{holds, is},
        stage::{Stage, taken, taken_for_a_while},
        tasks::timed,
    },
};

/// A ttl that a busy machine renews in time.
fn ttl(at: &Stage) -> Duration {
    2 * at.short + at.margin
}

fn kept(at: &Stage, locks: &Locks) -> Lock {
    locks.lock("k").ttl(ttl(at)).keep_alive()
}

pub(in crate::testing) async fn keep_alive__past_the_ttl(at: Stage) {
    let lease = taken(&kept(&at, &at.locks())).await;
    sleep(2 * ttl(&at)).await;
    at.is_still(&lease).await;
}

pub(in crate::testing) async fn keep_alive__of_the_services_ttl(at: Stage) {
    let locks = Locks::builder().store(at.store_arc()).ttl(ttl(&at)).build().expect("legal settings");
    let lease = taken(&locks.lock("k")).await;
    sleep(2 * ttl(&at)).await;
    at.is_still(&lease).await;
}

pub(in crate::testing) async fn keep_alive__not_of_a_ttl_that_is_named(at: Stage) {
    let lease = taken_for_a_while(&at.locks().lock("k").ttl(2 * at.short)).await;
    sleep(4 * at.short).await;
    is("`is_lost`", lease.is_lost(), true);
    at.is_free().await;
}

pub(in crate::testing) async fn keep_alive__keeps_a_waiter_out(at: Stage) {
    let lease = taken(&kept(&at, &at.locks())).await;
    let ended = at.elsewhere().lock("k").wait(ttl(&at) * 3 / 2).acquire().await;
    let timeout = matches!(ended, Err(AcquireError::Timeout { .. }));
    holds("a wait past the ttl", &ended, timeout, "`Err(Timeout)`");
    at.is_still(&lease).await;
}

pub(in crate::testing) async fn keep_alive__ends_with_the_guard(at: Stage) {
    let locks = at.locks();
    drop(taken(&kept(&at, &locks)).await);
    locks.drain().await;
    at.is_free().await;
    let others = at.others().await;
    sleep(ttl(&at)).await;
    at.is_still(&others).await;
}

pub(in crate::testing) async fn keep_alive__ends_at_its_longest_hold(at: Stage) {
    let longest = ttl(&at) * 3 / 2;
    let lease = taken(&kept(&at, &at.locks()).max_hold(longest)).await;
    let (took, ended) = timed(timeout(longest + at.margin, lease.lost())).await;
    holds("`lost`", &ended, ended.is_ok(), "ready at the longest hold");
    let on_time = took > ttl(&at) && took <= longest + at.margin;
    holds("when it was lost", took, on_time, &format!("after about {longest:?}"));
    sleep(at.short + at.margin).await;
    at.is_free().await;
}

pub(in crate::testing) async fn keep_alive__finds_out_that_it_was_forced(at: Stage) {
    let lease = taken(&kept(&at, &at.locks())).await;
    force(at.other(), "k").await.expect("it is held");
    let others = at.others().await;
    let (took, ()) = timed(lease.lost()).await;
    let limit = ttl(&at) / 2 + at.margin;
    holds("how long that took", took, took <= limit, "no longer than to the next renewal");
    at.is_still(&others).await;
}

pub(in crate::testing) async fn keep_alive__over_a_short_outage(at: Stage) {
    let (store, locks) = at.faulty();
    let lease = taken(&kept(&at, &locks)).await;
    store.once(Op::Extend, [UNAVAILABLE]);
    sleep(2 * ttl(&at)).await;
    at.is_still(&lease).await;
}

pub(in crate::testing) async fn keep_alive__over_a_store_that_hangs(at: Stage) {
    let (store, locks) = at.faulty();
    let lease = taken(&kept(&at, &locks)).await;
    store.all(HANGS);
    let (took, ended) = timed(timeout(ttl(&at) + at.margin, lease.lost())).await;
    holds("`lost`", &ended, ended.is_ok(), "ready at the deadline");
    holds("when it was lost", took, took <= ttl(&at) + at.margin, "at the deadline");
    store.heal();
    sleep(ttl(&at)).await;
    is("`is_lost` when the store is back", lease.is_lost(), true);
    at.is_free().await;
}

pub(in crate::testing) async fn keep_alive__lapsed_and_nobody_else_there(at: Stage) {
    let (store, locks) = at.faulty();
    let lease = taken(&kept(&at, &locks)).await;
    store.always(Op::Extend, [UNAVAILABLE]);
    // As of a process that was stopped for twice the ttl.
    sleep(2 * ttl(&at)).await;
    store.heal();
    sleep(ttl(&at)).await;
    is("`is_lost`", lease.is_lost(), true);
    at.is_free().await;
    lease.extend(LONG).await.expect_err("a lapsed lease is not revived");
}

pub(in crate::testing) async fn keep_alive__of_many_in_one_call(at: Stage) {
    let (store, locks) = at.faulty();
    let mut leases = Vec::new();
    for n in 0..50 {
        leases.push(taken(&locks.lock(("k", n)).ttl(ttl(&at) + at.short).keep_alive()).await);
    }
    sleep(2 * ttl(&at)).await;
    is("how many are listed", list(at.other(), "", None, 99).await.len(), 50);
    holds("whether one is lost", (), leases.iter().all(|lease| !lease.is_lost()), "none");
    let (calls, renewals) = (store.calls(Op::ExtendAll), store.calls(Op::Extend));
    holds("calls for so many renewals", (calls, renewals), calls * 2 <= renewals, "a few, each for many");
}

pub(in crate::testing) async fn keep_alive__hears_who_asks(at: Stage) {
    let lease = taken(&kept(&at, &at.locks())).await;
    is("what was asked", lease.asked(), None);
    let asked = at.elsewhere().lock("k").ask_release("the cashier waits").await.expect("the store answers");
    is("`ask_release`", asked, crate::store::AskReply::Asked);
    let (took, reason) = timed(lease.until_asked()).await;
    is("what was asked", reason.as_str(), "the cashier waits");
    let limit = ttl(&at) / 2 + at.margin;
    holds("how long that took", took, took <= limit, "no longer than to the next renewal");
    at.is_still(&lease).await;
}
