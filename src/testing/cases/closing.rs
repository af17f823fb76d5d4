//! `Locks::drain` and `Locks::shutdown`.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which situation")]

use std::time::Duration;

use crate::{
    lock::{AcquireError, Wait},
    testing::{
        calls::{LONG, list},
        faulty::{HANGS, Op},
        say::{holds, is},
        stage::{Stage, State, taken},
        tasks::{start, timed},
    },
};

const LIMIT: Duration = Duration::from_secs(60);

pub(in crate::testing) async fn closing__drain_with_nothing_to_do(at: Stage) {
    let (took, ()) = timed(at.locks().drain()).await;
    holds("how long `drain` took", took, took <= at.margin, "no time");
}

pub(in crate::testing) async fn closing__drain_waits_for_what_was_dropped(at: Stage) {
    let locks = at.locks();
    for n in 0..20 {
        drop(taken(&locks.lock(("k", n))).await);
    }
    locks.drain().await;
    is("what is still held", list(at.other(), "", None, 9).await, Vec::new());
}

pub(in crate::testing) async fn closing__drain_leaves_what_is_held(at: Stage) {
    let locks = at.locks();
    let lease = at.mine(&locks, State::Running).await;
    locks.drain().await;
    at.is_still(&lease).await;
}

pub(in crate::testing) async fn closing__shutdown_releases_what_is_held(at: Stage) {
    let locks = at.locks();
    let running = at.mine(&locks, State::Running).await;
    let never = taken(&locks.lock("never").ttl(crate::model::Ttl::Never)).await;
    locks.shutdown(LIMIT).await.expect("in time");
    is("what is still held", list(at.other(), "", None, 9).await, Vec::new());
    is("`is_lost` of the guards", (running.is_lost(), never.is_lost()), (true, true));
}

pub(in crate::testing) async fn closing__shutdown_releases_what_was_dropped(at: Stage) {
    let locks = at.locks();
    drop(at.mine(&locks, State::Running).await);
    locks.shutdown(LIMIT).await.expect("in time");
    at.is_free().await;
}

pub(in crate::testing) async fn closing__shutdown_refuses_later_calls(at: Stage) {
    let locks = at.locks();
    let lock = locks.lock("k");
    locks.shutdown(LIMIT).await.expect("nothing to do");
    let (acquired, tried) = (lock.acquire().await, lock.try_acquire().await);
    let closed = matches!(acquired, Err(AcquireError::Closed { .. }));
    holds("`acquire` after a shutdown", &acquired, closed, "`Err(Closed)`");
    let closed = matches!(tried, Err(AcquireError::Closed { .. }));
    holds("`try_acquire` after a shutdown", &tried, closed, "`Err(Closed)`");
    at.is_free().await;
}

pub(in crate::testing) async fn closing__shutdown_tells_waiters(at: Stage) {
    let locks = at.locks();
    let others = at.others().await;
    let lock = locks.lock("k").wait(Wait::Forever);
    let waiter = start(async move { lock.acquire().await });
    tokio::time::sleep(at.short).await;
    let (took, ended) = timed(async {
        locks.shutdown(LIMIT).await.expect("in time");
        waiter.await.expect("a waiter does not panic")
    })
    .await;
    holds(
        "what the waiter is told",
        &ended,
        matches!(ended, Err(AcquireError::Closed { .. })),
        "`Err(Closed)`",
    );
    holds("how long it took", took, took <= at.margin, "next to nothing");
    at.is_still(&others).await;
}

pub(in crate::testing) async fn closing__shutdown_wakes_waiters_elsewhere(at: Stage) {
    let locks = at.locks();
    let _mine = at.mine(&locks, State::Running).await;
    let lock = at.elsewhere().lock("k").ttl(LONG).wait(Wait::Forever);
    let waiter = start(async move { lock.acquire().await });
    tokio::time::sleep(at.short).await;
    locks.shutdown(LIMIT).await.expect("in time");
    let (took, lease) = timed(waiter).await;
    let lease = lease.expect("a waiter does not panic").expect("it is free");
    holds("how long it took", took, took <= at.margin, "next to nothing");
    at.is_still(&lease).await;
}

pub(in crate::testing) async fn closing__shutdown_leaves_other_services_alone(at: Stage) {
    let locks = at.locks();
    let others = at.others().await;
    locks.shutdown(LIMIT).await.expect("nothing to do");
    at.is_still(&others).await;
}

pub(in crate::testing) async fn closing__shutdown_ends_in_time_although_the_store_hangs(at: Stage) {
    let (store, locks) = at.faulty();
    let _mine = at.mine(&locks, State::Running).await;
    store.always(Op::Release, [HANGS]);
    let (took, ended) = timed(locks.shutdown(at.short)).await;
    holds("`shutdown`", &ended, ended.is_err(), "an error: the release hangs");
    let on_time = took >= at.short && took <= at.short + at.margin;
    holds("how long it took", took, on_time, &format!("{:?}", at.short));
}
