//! `Lock::acquire`, in each state of the lock.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which state")]

use std::time::Duration;

use crate::{
    lock::{AcquireError, Lease, Locks, Wait},
    testing::{
        calls::{LONG, force},
        say::{holds, is},
        stage::{Stage, State, taken_for_a_while},
        tasks::{start, timed},
    },
};

pub(in crate::testing) async fn acquire__free(at: Stage) {
    let lease = comes_at_once(&at, &at.locks()).await;
    at.is_still(&lease).await;
}

pub(in crate::testing) async fn acquire__mine_running(at: Stage) {
    let locks = at.locks();
    let lease = at.mine(&locks, State::Running).await;
    times_out(&at, &locks, "mine", &lease).await;
    at.is_still(&lease).await;
}

pub(in crate::testing) async fn acquire__mine_never(at: Stage) {
    let locks = at.locks();
    let lease = at.mine(&locks, State::Never).await;
    times_out(&at, &locks, "mine", &lease).await;
    at.is_still(&lease).await;
}

pub(in crate::testing) async fn acquire__other(at: Stage) {
    let lease = at.others().await;
    times_out(&at, &at.locks(), "other", &lease).await;
    at.is_still(&lease).await;
}

pub(in crate::testing) async fn acquire__mine_lapsed(at: Stage) {
    let locks = at.locks();
    let lapsed = at.mine(&locks, State::Lapsed).await;
    let lease = comes_at_once(&at, &locks).await;
    let (before, token) = (lapsed.fence(), lease.fence());
    holds("the token after a lapse", token, token > before, &format!("above {before}"));
    at.is_still(&lease).await;
}

pub(in crate::testing) async fn acquire__mine_lapsed_retaken(at: Stage) {
    let locks = at.locks();
    let _lapsed = at.mine(&locks, State::Lapsed).await;
    let others = at.others().await;
    times_out(&at, &locks, "other", &others).await;
    at.is_still(&others).await;
}

pub(in crate::testing) async fn acquire__mine_running_until_it_is_released(at: Stage) {
    let locks = at.locks();
    let lease = at.mine(&locks, State::Running).await;
    comes_when(&at, &locks, async { lease.release().await.expect("it is held") }).await;
}

pub(in crate::testing) async fn acquire__mine_never_until_it_is_dropped(at: Stage) {
    let locks = at.locks();
    let lease = at.mine(&locks, State::Never).await;
    comes_when(&at, &locks, async { drop(lease) }).await;
}

pub(in crate::testing) async fn acquire__other_until_it_is_released(at: Stage) {
    let lease = at.others().await;
    comes_when(&at, &at.locks(), async { lease.release().await.expect("it is held") }).await;
}

pub(in crate::testing) async fn acquire__other_until_it_is_dropped(at: Stage) {
    let lease = at.others().await;
    comes_when(&at, &at.locks(), async { drop(lease) }).await;
}

pub(in crate::testing) async fn acquire__other_until_it_is_forced(at: Stage) {
    let _lease = at.others().await;
    comes_when(&at, &at.locks(), async {
        let forced = force(at.other(), "k").await;
        holds("`force_release` of what is held", forced, forced.is_some(), "`Forced`");
    })
    .await;
}

pub(in crate::testing) async fn acquire__other_until_it_expires(at: Stage) {
    let ttl = 2 * at.short;
    // As of a process that was killed: nobody announces the expiry, and nobody is there to release.
    std::mem::forget(taken_for_a_while(&at.elsewhere().lock("k").ttl(ttl)).await);
    let (took, lease) = timed(at.locks().lock("k").wait(LONG).acquire()).await;
    let lease = lease.expect("it expires");
    holds("how long that took", took, took <= ttl + at.margin, &format!("about the ttl, {ttl:?}"));
    at.is_still(&lease).await;
}

pub(in crate::testing) async fn acquire__other_without_a_wait(at: Stage) {
    let lease = at.others().await;
    let (took, ended) = timed(at.locks().lock("k").wait(Wait::Never).acquire()).await;
    let Err(AcquireError::Timeout { waited, holder, .. }) = ended else {
        panic!("`acquire` that does not wait: the answer was {ended:?}, and must be `Timeout`")
    };
    is("for how long it waited", waited, Duration::ZERO);
    holds("how long it took", took, took <= at.margin, "no time");
    is("the holder", holder.map(|holder| holder.owner), Some(lease.owner().clone()));
}

pub(in crate::testing) async fn acquire__other_who_does_not_expire_while_it_is_waited_for(at: Stage) {
    let lease = at.others().await;
    let before = lease.remaining();
    times_out(&at, &at.locks(), "other", &lease).await;
    let after = lease.remaining();
    holds("the time that is left to the holder", after, after <= before, "no more than before");
    at.is_still(&lease).await;
}

async fn comes_at_once(at: &Stage, locks: &Locks) -> Lease {
    let (took, lease) = timed(locks.lock("k").ttl(LONG).wait(LONG).acquire()).await;
    holds("how long `acquire` took", took, took <= at.margin, "no time: it is free");
    lease.unwrap_or_else(|error| panic!("`acquire` of a free lock: the answer was {error:?}"))
}

/// Waits for as long as it was told, and says whom for.
async fn times_out(at: &Stage, locks: &Locks, label: &str, lease: &Lease) {
    let limit = 2 * at.short;
    let (took, ended) = timed(locks.lock("k").wait(limit).acquire()).await;
    let Err(AcquireError::Timeout { waited, holder: Some(holder), .. }) = ended else {
        panic!("`acquire` of what is held: the answer was {ended:?}, and must be `Timeout` with the holder")
    };
    is("for how long it waited", waited, limit);
    let on_time = took >= limit && took <= limit + at.margin;
    holds("how long it took", took, on_time, &format!("{limit:?}"));
    is(
        "the holder",
        (&holder.owner, holder.label.as_str(), holder.token),
        (lease.owner(), label, lease.fence()),
    );
    let never = lease.remaining().is_none();
    holds(
        "the time that is left to the holder",
        holder.remaining,
        holder.remaining.is_none() == never,
        "its own",
    );
}

/// Waits, and comes soon after the lock was let go of.
async fn comes_when(at: &Stage, locks: &Locks, let_go: impl Future<Output = ()>) {
    let lock = locks.lock("k").ttl(LONG).wait(Wait::Forever);
    let waiter = start(async move { lock.acquire().await });
    tokio::time::sleep(2 * at.short).await;
    let waits = !waiter.is_finished();
    holds("whether `acquire` waits", waits, waits, "true: it is held");
    let (took, lease) = timed(async {
        let_go.await;
        waiter.await.expect("a waiter does not panic")
    })
    .await;
    let lease = lease.expect("it is free");
    holds("how long it took until the waiter had it", took, took <= at.margin, "next to nothing");
    at.is_still(&lease).await;
}
