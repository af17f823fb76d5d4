//! `Lock::force_release`, in each state of the lock.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which state")]

use crate::{
    lock::Lease,
    model::FencingToken,
    store::ForceReply,
    testing::{
        faulty::{Op, REPLY_LOST},
        say::{holds, is},
        stage::{Stage, State, taken},
    },
};

pub(in crate::testing) async fn force_release__free(at: Stage) {
    finds_nobody(&at).await;
}

pub(in crate::testing) async fn force_release__mine_running(at: Stage) {
    evicts_a_guard_here(&at, State::Running).await;
}

pub(in crate::testing) async fn force_release__mine_never(at: Stage) {
    evicts_a_guard_here(&at, State::Never).await;
}

pub(in crate::testing) async fn force_release__other(at: Stage) {
    let others = at.others().await;
    let forced = forces(&at).await;
    is_above(forced, &others);
    others.extend(None).await.expect_err("it was forced");
    is("`is_lost` after its next renewal", others.is_lost(), true);
    let next = taken(&at.locks().lock("k")).await;
    holds("the next token", next.fence(), next.fence() > forced, &format!("above {forced}"));
}

pub(in crate::testing) async fn force_release__mine_lapsed(at: Stage) {
    let _lapsed = at.mine(&at.locks(), State::Lapsed).await;
    finds_nobody(&at).await;
}

pub(in crate::testing) async fn force_release__mine_lapsed_retaken(at: Stage) {
    let locks = at.locks();
    let _lapsed = at.mine(&locks, State::Lapsed).await;
    let others = at.others().await;
    let forced = forces(&at).await;
    is_above(forced, &others);
}

pub(in crate::testing) async fn force_release__after_a_lost_reply(at: Stage) {
    let _others = at.others().await;
    let (store, locks) = at.faulty();
    store.once(Op::Force, [REPLY_LOST]);
    locks.lock("k").force_release().await.expect_err("the answer was lost");
    is("the same call again", locks.lock("k").force_release().await.expect("answers"), ForceReply::NotHeld);
    at.is_free().await;
}

async fn evicts_a_guard_here(at: &Stage, state: State) {
    let locks = at.locks();
    let mine = at.mine(&locks, state).await;
    let forced = locks.lock("k").force_release().await.expect("the store answers");
    let ForceReply::Forced { token } = forced else {
        panic!("`force_release` of what is held: the answer was {forced:?}, and must be `Forced`")
    };
    is_above(token, &mine);
    is("`is_lost` of the guard", mine.is_lost(), true);
    at.is_free().await;
    drop(mine);
    locks.drain().await;
    at.is_still(&at.others().await).await;
}

#[track_caller]
fn is_above(token: FencingToken, evicted: &Lease) {
    let last = evicted.fence();
    holds("the token", token, token > last, &format!("above the evicted holder's, {last}"));
}

async fn forces(at: &Stage) -> FencingToken {
    let forced = at.locks().lock("k").force_release().await.expect("the store answers");
    let ForceReply::Forced { token } = forced else {
        panic!("`force_release` of what is held: the answer was {forced:?}, and must be `Forced`")
    };
    at.is_free().await;
    token
}

async fn finds_nobody(at: &Stage) {
    let forced = at.locks().lock("k").force_release().await.expect("the store answers");
    is("`force_release` of what nobody holds", forced, ForceReply::NotHeld);
    at.is_free().await;
}
