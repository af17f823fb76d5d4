//! `Lease::release`, in each state of the lock. A second one does not compile.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which state")]

use crate::{
    lock::{Lease, ReleaseError},
    testing::{
        calls::{acquire, force},
        say::holds,
        stage::{Stage, State, taken},
    },
};

pub(in crate::testing) async fn release__mine_running(at: Stage) {
    let lease = at.mine(&at.locks(), State::Running).await;
    is_ok(lease).await;
    at.is_free().await;
}

pub(in crate::testing) async fn release__mine_never(at: Stage) {
    let lease = at.mine(&at.locks(), State::Never).await;
    is_ok(lease).await;
    at.is_free().await;
}

pub(in crate::testing) async fn release__mine_lapsed(at: Stage) {
    let lease = at.mine(&at.locks(), State::Lapsed).await;
    is_lost(lease).await;
    at.is_free().await;
}

pub(in crate::testing) async fn release__mine_lapsed_retaken(at: Stage) {
    let lease = at.mine(&at.locks(), State::Lapsed).await;
    let others = at.others().await;
    is_lost(lease).await;
    at.is_still(&others).await;
}

pub(in crate::testing) async fn release__mine_lapsed_retaken_here(at: Stage) {
    let locks = at.locks();
    let lease = at.mine(&locks, State::Lapsed).await;
    let next = at.mine(&locks, State::Running).await;
    is_lost(lease).await;
    at.is_still(&next).await;
}

pub(in crate::testing) async fn release__mine_forced(at: Stage) {
    let lease = at.mine(&at.locks(), State::Running).await;
    force(at.other(), "k").await.expect("it is held");
    is_lost(lease).await;
    at.is_free().await;
}

pub(in crate::testing) async fn release__mine_forced_retaken(at: Stage) {
    let lease = at.mine(&at.locks(), State::Never).await;
    force(at.other(), "k").await.expect("it is held");
    let others = at.others().await;
    is_lost(lease).await;
    at.is_still(&others).await;
}

pub(in crate::testing) async fn release__free_for_others_when_it_returns(at: Stage) {
    let locks = at.locks();
    for _ in 0..10 {
        is_ok(at.mine(&locks, State::Running).await).await;
        is_ok(at.others().await).await;
        let me = crate::model::Owner::unique();
        acquire(at.other(), "k", &me).await;
        crate::testing::calls::is_released(at.store(), "k", &me).await;
    }
}

pub(in crate::testing) async fn release__again_and_again(at: Stage) {
    let lock = at.locks().lock("k");
    let mut last = None;
    for _ in 0..50 {
        let lease = taken(&lock).await;
        let token = Some(lease.fence());
        holds("the token", token, token > last, &format!("above {last:?}"));
        last = token;
        is_ok(lease).await;
    }
}

async fn is_ok(lease: Lease) {
    let ended = lease.release().await;
    holds("`release`", &ended, ended.is_ok(), "`Ok`");
}

async fn is_lost(lease: Lease) {
    let ended = lease.release().await;
    holds("`release`", &ended, matches!(ended, Err(ReleaseError::Lost { .. })), "`Err(Lost)`");
}
