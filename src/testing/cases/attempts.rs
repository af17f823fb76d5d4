//! Attempts and delays: how often the store is looked at, and when that is enough.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which state")]

use std::time::Duration;

use crate::{
    lock::{AcquireError, Lease, Locks, Wait},
    testing::{
        FaultyStore,
        calls::LONG,
        faulty::Op,
        say::{holds, is},
        stage::Stage,
        tasks::{start, timed},
    },
};

pub(in crate::testing) async fn attempts__one(at: Stage) {
    let _others = at.others().await;
    used_up_after(&at, 1, at.short).await;
}

pub(in crate::testing) async fn attempts__two(at: Stage) {
    let _others = at.others().await;
    used_up_after(&at, 2, at.short).await;
}

pub(in crate::testing) async fn attempts__five(at: Stage) {
    let _others = at.others().await;
    used_up_after(&at, 5, at.short).await;
}

pub(in crate::testing) async fn attempts__counted_by_the_store(at: Stage) {
    let _others = at.others().await;
    let (store, locks) = without_hints(&at);
    let ended = locks.lock("k").attempts(4).delay(at.short).wait(Wait::Forever).acquire().await;
    is("the attempts that the error tells", gave_up(ended).0, 4);
    is("how often the store was asked", store.calls(Op::Acquire), 4);
}

pub(in crate::testing) async fn attempts__without_a_delay(at: Stage) {
    let _others = at.others().await;
    let (took, ended) = timed(at.locks().lock("k").attempts(3).wait(Wait::Forever).acquire()).await;
    let (attempts, waited) = gave_up(ended);
    is("the attempts", attempts, 3);
    is_about(&at, "for how long it waited", waited, Duration::from_millis(500));
    is_about(&at, "how long it took", took, Duration::from_millis(500));
}

pub(in crate::testing) async fn attempts__none(at: Stage) {
    let ended = at.locks().lock("k").attempts(0).acquire().await;
    let refused = matches!(ended, Err(AcquireError::InvalidOption { option: "attempts", .. }));
    holds("`attempts(0)`", &ended, refused, "`Err(InvalidOption)`");
    at.is_free().await;
}

pub(in crate::testing) async fn attempts__with_a_shorter_wait(at: Stage) {
    let _others = at.others().await;
    let lock = at.locks().lock("k").attempts(1_000).delay(at.short).wait(3 * at.short);
    let (took, ended) = timed(lock.acquire()).await;
    let (attempts, waited) = gave_up(ended);
    holds("the attempts", attempts, (1..=5).contains(&attempts), "as many as fit into the wait");
    is("for how long it waited", waited, 3 * at.short);
    is_about(&at, "how long it took", took, 3 * at.short);
}

pub(in crate::testing) async fn attempts__a_try_is_one(at: Stage) {
    let _others = at.others().await;
    let (store, locks) = without_hints(&at);
    let tried = locks.lock("k").attempts(5).delay(at.short).try_acquire().await;
    holds("`try_acquire`", &tried, matches!(tried, Ok(None)), "`Ok(None)`");
    is("how often the store was asked", store.calls(Op::Acquire), 1);
}

pub(in crate::testing) async fn attempts__a_later_one_gets_it(at: Stage) {
    let others = at.others().await;
    let (_, locks) = without_hints(&at);
    let lock = locks.lock("k").ttl(LONG).attempts(1_000).delay(at.short).wait(Wait::Forever);
    let waiter = start(async move { lock.acquire().await });
    tokio::time::sleep(2 * at.short).await;
    others.release().await.expect("it is held");
    let (took, ended) = timed(waiter).await;
    let lease = ended.expect("a waiter does not panic").expect("it is free");
    holds("how long it took", took, took <= at.short + at.margin, "at most a delay");
    at.is_still(&lease).await;
}

pub(in crate::testing) async fn attempts__of_many_waiters_with_one_delay(at: Stage) {
    let _others = at.others().await;
    let (store, locks) = without_hints(&at);
    let waiters: Vec<_> = (0..20)
        .map(|_| {
            let lock = locks.lock("k").attempts(3).delay(at.short).wait(Wait::Forever);
            start(async move { lock.acquire().await })
        })
        .collect();
    for waiter in waiters {
        let (attempts, _) = gave_up(waiter.await.expect("a waiter does not panic"));
        is("the attempts", attempts, 3);
    }
    let looks = store.calls(Op::Acquire);
    holds("how often the store was asked for 20 waiters", looks, looks < 20, "less than once for each");
}

/// A service whose store announces nothing: looks caused by hints are free.
fn without_hints(at: &Stage) -> (FaultyStore, Locks) {
    let store = FaultyStore::over(at.store_arc()).without_wakeups();
    (store.clone(), at.over(store))
}

/// The first look at once, then one each delay; when they are used up the wait is over.
async fn used_up_after(at: &Stage, attempts: u32, delay: Duration) {
    for locks in [at.locks(), without_hints(at).1] {
        let lock = locks.lock("k").attempts(attempts).delay(delay).wait(Wait::Forever);
        let (took, ended) = timed(lock.acquire()).await;
        let (did, waited) = gave_up(ended);
        is("the attempts", did, attempts);
        let must = delay * (attempts - 1);
        is_about(at, "for how long it waited", waited, must);
        is_about(at, "how long it took", took, must);
    }
}

fn is_about(at: &Stage, what: &str, did: Duration, must: Duration) {
    holds(what, did, did >= must && did <= must + at.margin, &format!("{must:?}"));
}

#[track_caller]
fn gave_up(ended: Result<Lease, AcquireError>) -> (u32, Duration) {
    match ended {
        Err(AcquireError::Timeout { attempts, waited, holder: Some(_), .. }) => (attempts, waited),
        other => panic!(
            "`acquire` of what is held: the answer was {other:?}, and must be `Timeout` with the holder"
        ),
    }
}
