//! A guard that is dropped: its service knows what it leaves behind, and others get it soon.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which situation")]

use crate::{
    lock::Wait,
    testing::{
        calls::{LONG, force},
        say::{holds, is},
        stage::{Stage, State, taken},
        tasks::{poll_once, start, timed},
    },
};

pub(in crate::testing) async fn dropping__mine_running(at: Stage) {
    let locks = at.locks();
    drop(at.mine(&locks, State::Running).await);
    locks.drain().await;
    at.is_free().await;
}

pub(in crate::testing) async fn dropping__mine_never(at: Stage) {
    let locks = at.locks();
    drop(at.mine(&locks, State::Never).await);
    locks.drain().await;
    at.is_free().await;
}

pub(in crate::testing) async fn dropping__mine_lapsed(at: Stage) {
    let locks = at.locks();
    drop(at.mine(&locks, State::Lapsed).await);
    locks.drain().await;
    at.is_free().await;
}

pub(in crate::testing) async fn dropping__mine_lapsed_retaken(at: Stage) {
    let locks = at.locks();
    let lease = at.mine(&locks, State::Lapsed).await;
    let others = at.others().await;
    drop(lease);
    locks.drain().await;
    at.is_still(&others).await;
}

pub(in crate::testing) async fn dropping__mine_lapsed_retaken_here(at: Stage) {
    let locks = at.locks();
    let lease = at.mine(&locks, State::Lapsed).await;
    let next = at.mine(&locks, State::Running).await;
    drop(lease);
    tokio::time::sleep(at.short).await;
    at.is_still(&next).await;
}

pub(in crate::testing) async fn dropping__mine_forced_retaken(at: Stage) {
    let locks = at.locks();
    let lease = at.mine(&locks, State::Running).await;
    force(at.other(), "k").await.expect("it is held");
    let others = at.others().await;
    drop(lease);
    locks.drain().await;
    at.is_still(&others).await;
}

pub(in crate::testing) async fn dropping__then_try_acquire(at: Stage) {
    let lock = at.locks().lock("k");
    let mut last = None;
    for turn in 0..1_000 {
        let Ok(Some(lease)) = lock.try_acquire().await else {
            panic!(
                "`try_acquire` after a drop in the same service: refused in turn {turn}, and must be a lease"
            )
        };
        let token = Some(lease.fence());
        holds("the token", token, token > last, &format!("above {last:?}"));
        last = token;
    }
}

pub(in crate::testing) async fn dropping__then_acquire_elsewhere(at: Stage) {
    let (here, elsewhere) = (at.locks(), at.elsewhere());
    for _ in 0..3 {
        drop(at.mine(&here, State::Running).await);
        let (took, lease) = timed(elsewhere.lock("k").wait(Wait::Forever).acquire()).await;
        lease.expect("it is free").release().await.expect("it is held");
        holds("how long it took", took, took <= at.margin, "next to nothing");
    }
}

pub(in crate::testing) async fn dropping__many_at_once(at: Stage) {
    let locks = at.locks();
    let mut leases = Vec::new();
    for n in 0..100 {
        leases.push(taken(&locks.lock(("k", n))).await);
    }
    drop(leases);
    locks.drain().await;
    is("what is still held", crate::testing::calls::list(at.other(), "", None, 9).await, Vec::new());
}

pub(in crate::testing) async fn dropping__in_another_task(at: Stage) {
    let locks = at.locks();
    let lease = at.mine(&locks, State::Running).await;
    start(async move { drop(lease) }).await.expect("a drop does not panic");
    locks.drain().await;
    at.is_free().await;
}

pub(in crate::testing) async fn dropping__by_a_panic(at: Stage) {
    let locks = at.locks();
    let lease = at.mine(&locks, State::Running).await;
    let ended = start(async move {
        let _lease = lease;
        std::panic::resume_unwind(Box::new("as the case has it"));
    });
    ended.await.expect_err("it panics");
    locks.drain().await;
    at.is_free().await;
}

pub(in crate::testing) async fn dropping__a_call_half_way(at: Stage) {
    let locks = at.locks();
    for polls in 0..6 {
        let lock = locks.lock("k").ttl(LONG);
        {
            let mut acquiring = Box::pin(lock.acquire());
            for _ in 0..polls {
                if poll_once(&mut acquiring).await.is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        let (took, lease) = timed(locks.lock("k").wait(LONG).acquire()).await;
        lease.expect("nobody holds it").release().await.expect("it is held");
        holds("how long the next one waited", took, took <= at.margin, "next to nothing");
        locks.drain().await;
        at.is_free().await;
    }
}
