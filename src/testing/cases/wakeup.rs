//! How soon a waiter hears that it is worth another try.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which situation")]

use std::time::Duration;

use crate::{
    lock::{Lease, Locks, Wait},
    testing::{
        calls::{LONG, force},
        faulty::FaultyStore,
        say::holds,
        stage::{Stage, taken},
        tasks::{start, timed},
    },
};

/// Waiters poll once each two seconds where there are wake-ups; a busy machine is late now and then, not each time.
const SOON: Duration = Duration::from_millis(500);
const ROUNDS: usize = 5;

pub(in crate::testing) async fn wakeup__release_here(at: Stage) {
    let locks = at.locks();
    comes_soon(&at, &locks, &locks, async |lease| lease.release().await.expect("it is held")).await;
}

pub(in crate::testing) async fn wakeup__drop_here(at: Stage) {
    let locks = at.locks();
    comes_soon(&at, &locks, &locks, async |lease| drop(lease)).await;
}

pub(in crate::testing) async fn wakeup__release_elsewhere(at: Stage) {
    let elsewhere = at.elsewhere();
    comes_soon(&at, &at.locks(), &elsewhere, async |lease| lease.release().await.expect("it is held")).await;
}

pub(in crate::testing) async fn wakeup__drop_elsewhere(at: Stage) {
    let elsewhere = at.elsewhere();
    comes_soon(&at, &at.locks(), &elsewhere, async |lease| drop(lease)).await;
}

pub(in crate::testing) async fn wakeup__force_elsewhere(at: Stage) {
    let elsewhere = at.elsewhere();
    let forced = async |lease: Lease| {
        force(at.other(), "k").await.expect("it is held");
        drop(lease);
    };
    comes_soon(&at, &at.locks(), &elsewhere, forced).await;
}

pub(in crate::testing) async fn wakeup__announced_by_nobody(at: Stage) {
    let deaf = at.over(FaultyStore::over(at.store_arc()).deaf());
    let elsewhere = at.elsewhere();
    let lease = taken(&elsewhere.lock("k").ttl(LONG)).await;
    let lock = deaf.lock("k").ttl(LONG).wait(Wait::Forever);
    let waiter = start(async move { lock.acquire().await });
    tokio::time::sleep(at.short).await;
    let (took, ended) = timed(async {
        lease.release().await.expect("it is held");
        waiter.await.expect("a waiter does not panic")
    })
    .await;
    drop(ended.expect("it is free"));
    let limit = Duration::from_millis(2_100) + at.margin;
    holds("how long a waiter waited that hears nothing", took, took <= limit, &format!("at most {limit:?}"));
}

/// Of several waiters the luckiest comes well before it would have polled.
async fn comes_soon(at: &Stage, waits: &Locks, holder: &Locks, let_go: impl AsyncFn(Lease)) {
    let mut fastest = Duration::MAX;
    for _ in 0..ROUNDS {
        let lease = taken(&holder.lock("k").ttl(LONG)).await;
        let lock = waits.lock("k").ttl(LONG).wait(Wait::Forever);
        let waiter = start(async move { lock.acquire().await });
        // By now it has polled a few times and sleeps for long.
        tokio::time::sleep(at.short + Duration::from_millis(100)).await;
        let (took, ended) = timed(async {
            let_go(lease).await;
            waiter.await.expect("a waiter does not panic")
        })
        .await;
        fastest = fastest.min(took);
        ended.expect("it is free").release().await.expect("it is held");
        waits.drain().await;
        holder.drain().await;
    }
    holds("how long the waiter waited after that", fastest, fastest <= SOON, &format!("at most {SOON:?}"));
}
