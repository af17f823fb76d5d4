//! What a waiter is told whose time is up.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which state")]

use crate::{
    lock::{AcquireError, Lock},
    store::Holder,
    testing::{
        say::is,
        stage::{Stage, State},
    },
};

pub(in crate::testing) async fn timeout__held_by_a_guard_of_this_service(at: Stage) {
    let locks = at.locks();
    let mine = at.mine(&locks, State::Running).await;
    let (holder, held_here) = times_out(&locks.lock("k").wait(at.short)).await;
    is("the holder and its label", (&holder.owner, holder.label.as_str()), (mine.owner(), "mine"));
    is("whether a guard here holds it", held_here, true);
}

pub(in crate::testing) async fn timeout__held_by_another_process(at: Stage) {
    let others = at.others().await;
    let (holder, held_here) = times_out(&at.locks().lock("k").wait(at.short)).await;
    is("the holder and its label", (&holder.owner, holder.label.as_str()), (others.owner(), "other"));
    is("whether a guard here holds it", held_here, false);
}

pub(in crate::testing) async fn timeout__held_since(at: Stage) {
    let others = at.others().await;
    let (first, _) = times_out(&at.locks().lock("k").wait(at.short)).await;
    let (second, _) = times_out(&at.elsewhere().lock("k").wait(at.short)).await;
    is("since when it is held, asked twice", second.since, first.since);
    is("under which token", (first.token, second.token), (others.fence(), others.fence()));
}

pub(in crate::testing) async fn timeout__held_for_ever(at: Stage) {
    let locks = at.locks();
    let _mine = at.mine(&locks, State::Never).await;
    let (holder, _) = times_out(&at.elsewhere().lock("k").wait(at.short)).await;
    is("the time that is left to the holder", holder.remaining, None);
}

async fn times_out(lock: &Lock) -> (Holder, bool) {
    match lock.acquire().await {
        Err(AcquireError::Timeout { holder: Some(holder), held_here, .. }) => (*holder, held_here),
        ended => panic!(
            "`acquire` of what is held: the answer was {ended:?}, and must be `Timeout` with the holder"
        ),
    }
}
