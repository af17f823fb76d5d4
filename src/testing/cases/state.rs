//! `Lock::state`, in each state of the lock.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which state")]

use crate::{
    lock::{Lease, LockState, Locks},
    testing::{
        calls::LONG,
        say::{holds, is},
        stage::{Stage, State},
    },
};

pub(in crate::testing) async fn state__free(at: Stage) {
    is_free(&at.locks()).await;
}

pub(in crate::testing) async fn state__mine_running(at: Stage) {
    let locks = at.locks();
    let mine = at.mine(&locks, State::Running).await;
    is_held_by(&locks, &mine, "mine", true).await;
}

pub(in crate::testing) async fn state__mine_never(at: Stage) {
    let locks = at.locks();
    let mine = at.mine(&locks, State::Never).await;
    is_held_by(&locks, &mine, "mine", true).await;
}

pub(in crate::testing) async fn state__other(at: Stage) {
    let others = at.others().await;
    is_held_by(&at.locks(), &others, "other", false).await;
}

pub(in crate::testing) async fn state__mine_lapsed(at: Stage) {
    let locks = at.locks();
    let _lapsed = at.mine(&locks, State::Lapsed).await;
    is_free(&locks).await;
}

pub(in crate::testing) async fn state__mine_lapsed_retaken(at: Stage) {
    let locks = at.locks();
    let _lapsed = at.mine(&locks, State::Lapsed).await;
    let others = at.others().await;
    is_held_by(&locks, &others, "other", false).await;
}

async fn is_free(locks: &Locks) {
    is("`state`", locks.lock("k").state().await.expect("the store answers"), LockState::Free);
}

async fn is_held_by(locks: &Locks, lease: &Lease, who: &str, mine: bool) {
    let state = locks.lock("k").state().await.expect("the store answers");
    let LockState::Held { owner, label, token, remaining, ours, .. } = state else {
        panic!("`state` of what is held: the answer was {state:?}, and must be `Held`")
    };
    is("the holder", (&owner, label.as_str(), token, ours), (lease.owner(), who, lease.fence(), mine));
    match lease.remaining() {
        None => is("`remaining`", remaining, None),
        Some(_) => {
            let about = remaining.is_some_and(|left| left <= LONG && left > LONG / 2);
            holds("`remaining`", remaining, about, &format!("a little less than {LONG:?}"));
        }
    }
}
