//! `Lock::is_locked`, in each state of the lock.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which state")]

use crate::{
    lock::Locks,
    testing::{
        say::is,
        stage::{Stage, State},
    },
};

pub(in crate::testing) async fn is_locked__free(at: Stage) {
    is_locked(&at.locks(), false).await;
}

pub(in crate::testing) async fn is_locked__mine_running(at: Stage) {
    let locks = at.locks();
    let _mine = at.mine(&locks, State::Running).await;
    is_locked(&locks, true).await;
}

pub(in crate::testing) async fn is_locked__mine_never(at: Stage) {
    let locks = at.locks();
    let _mine = at.mine(&locks, State::Never).await;
    is_locked(&locks, true).await;
}

pub(in crate::testing) async fn is_locked__other(at: Stage) {
    let _others = at.others().await;
    is_locked(&at.locks(), true).await;
}

pub(in crate::testing) async fn is_locked__mine_lapsed(at: Stage) {
    let locks = at.locks();
    let _lapsed = at.mine(&locks, State::Lapsed).await;
    is_locked(&locks, false).await;
}

pub(in crate::testing) async fn is_locked__mine_lapsed_retaken(at: Stage) {
    let locks = at.locks();
    let _lapsed = at.mine(&locks, State::Lapsed).await;
    let _others = at.others().await;
    is_locked(&locks, true).await;
}

async fn is_locked(locks: &Locks, must: bool) {
    is("`is_locked`", locks.lock("k").is_locked().await.expect("the store answers"), must);
    is(
        "`is_locked` of another key",
        locks.lock("another").is_locked().await.expect("the store answers"),
        false,
    );
}
