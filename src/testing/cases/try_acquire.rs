//! `Lock::try_acquire`, in each state of the lock.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which state")]

use crate::{
    lock::Locks,
    testing::{
        say::{holds, is},
        stage::{Stage, State, taken},
        tasks::timed,
    },
};

pub(in crate::testing) async fn try_acquire__free(at: Stage) {
    let lease = taken(&at.locks().lock("k")).await;
    at.is_still(&lease).await;
}

pub(in crate::testing) async fn try_acquire__mine_running(at: Stage) {
    let locks = at.locks();
    let lease = at.mine(&locks, State::Running).await;
    is_none(&at, &locks).await;
    at.is_still(&lease).await;
}

pub(in crate::testing) async fn try_acquire__mine_never(at: Stage) {
    let locks = at.locks();
    let lease = at.mine(&locks, State::Never).await;
    is_none(&at, &locks).await;
    at.is_still(&lease).await;
}

pub(in crate::testing) async fn try_acquire__other(at: Stage) {
    let lease = at.others().await;
    is_none(&at, &at.locks()).await;
    at.is_still(&lease).await;
}

pub(in crate::testing) async fn try_acquire__mine_lapsed(at: Stage) {
    let locks = at.locks();
    let lapsed = at.mine(&locks, State::Lapsed).await;
    let lease = taken(&locks.lock("k")).await;
    let (before, token) = (lapsed.fence(), lease.fence());
    holds("the token after a lapse", token, token > before, &format!("above {before}"));
    at.is_still(&lease).await;
}

pub(in crate::testing) async fn try_acquire__mine_lapsed_retaken(at: Stage) {
    let locks = at.locks();
    let _lapsed = at.mine(&locks, State::Lapsed).await;
    let others = at.others().await;
    is_none(&at, &locks).await;
    at.is_still(&others).await;
}

pub(in crate::testing) async fn try_acquire__behind_a_waiter(at: Stage) {
    let locks = at.locks();
    let others = at.others().await;
    let lock = locks.lock("k");
    let waiter = crate::testing::tasks::start(async move { lock.acquire().await });
    tokio::time::sleep(at.short).await;
    is_none(&at, &locks).await;
    waiter.abort();
    at.is_still(&others).await;
}

/// Held: `None`, at once and without an error.
async fn is_none(at: &Stage, locks: &Locks) {
    let (took, tried) = timed(locks.lock("k").try_acquire()).await;
    let none = matches!(tried, Ok(None));
    holds("`try_acquire` of what is held", &tried, none, "`Ok(None)`");
    holds("how long it took", took, took <= at.margin, "no time: it does not wait");
    is("which lease came", tried.ok().flatten().map(|lease| lease.fence()), None);
}
