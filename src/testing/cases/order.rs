//! Who waits in one process is served in the order in which it came, and who goes away holds nobody up.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which situation")]

use std::sync::{Arc, Mutex, PoisonError};

use futures::{FutureExt, future::BoxFuture};

use crate::{
    lock::{AcquireError, Locks, Wait},
    testing::{
        calls::LONG,
        say::{holds, is},
        stage::{Stage, State},
        tasks::{poll_once, start, timed},
    },
};

type Served = Arc<Mutex<Vec<usize>>>;

pub(in crate::testing) async fn order__of_twenty_waiters(at: Stage) {
    let locks = at.locks();
    let held = at.mine(&locks, State::Running).await;
    let served = Served::default();
    let mut waiters = Vec::new();
    for n in 0..20 {
        waiters.push(start(get_in_line(&locks, n, &served).await));
    }
    drop(held);
    for waiter in waiters {
        waiter.await.expect("a waiter does not panic");
    }
    is("the order in which they were served", served_so_far(&served), (0..20).collect());
}

pub(in crate::testing) async fn order__of_those_behind_some_who_went_away(at: Stage) {
    let locks = at.locks();
    let held = at.mine(&locks, State::Running).await;
    let served = Served::default();
    let (mut waiters, mut doomed) = (Vec::new(), Vec::new());
    for n in 0..20 {
        let waiter = start(get_in_line(&locks, n, &served).await);
        if n % 2 == 0 { doomed.push(waiter) } else { waiters.push(waiter) }
    }
    doomed.iter().for_each(tokio::task::JoinHandle::abort);
    for gone in doomed {
        holds("a waiter that was cancelled", (), gone.await.is_err(), "cancelled: nobody let go of the lock");
    }
    drop(held);
    for waiter in waiters {
        waiter.await.expect("a waiter does not panic");
    }
    is(
        "the order in which they were served",
        served_so_far(&served),
        (0..20).filter(|n| n % 2 == 1).collect(),
    );
}

pub(in crate::testing) async fn order__behind_one_whose_time_is_up(at: Stage) {
    let locks = at.locks();
    let held = at.mine(&locks, State::Running).await;
    let lock = locks.lock("k").wait(2 * at.short);
    let mut impatient = async move { lock.acquire().await }.boxed();
    holds("a waiter", (), poll_once(&mut impatient).await.is_pending(), "waiting");
    let impatient = start(impatient);
    let served = Served::default();
    let patient = start(get_in_line(&locks, 1, &served).await);
    let ended = impatient.await.expect("a waiter does not panic");
    let timeout = matches!(ended, Err(AcquireError::Timeout { .. }));
    holds("the one whose time is up", &ended, timeout, "`Err(Timeout)`");
    let (took, ()) = timed(async {
        drop(held);
        patient.await.expect("a waiter does not panic");
    })
    .await;
    holds("how long the one behind it waited after the release", took, took <= at.margin, "next to nothing");
}

pub(in crate::testing) async fn order__a_waiter_elsewhere_gets_its_turn(at: Stage) {
    let here = at.locks();
    let busy: Vec<_> = (0..8)
        .map(|_| {
            let lock = here.lock("k").ttl(LONG).wait(Wait::Forever);
            start(async move {
                loop {
                    let lease = lock.acquire().await.expect("its turn comes");
                    tokio::time::sleep(std::time::Duration::from_millis(1)).await;
                    drop(lease);
                }
            })
        })
        .collect();
    tokio::time::sleep(at.short).await;
    let (took, lease) = timed(at.elsewhere().lock("k").wait(LONG).acquire()).await;
    busy.iter().for_each(tokio::task::JoinHandle::abort);
    drop(lease.expect("its turn comes"));
    // Where there are no hints, those here go on for longer before they stand back.
    let most = if at.store().capabilities().wakeups { 2 } else { 5 };
    let limit = std::time::Duration::from_secs(most) + at.margin;
    holds("how long the one elsewhere waited", took, took <= limit, &format!("at most {limit:?}"));
}

/// One who is in line, and puts itself down when it is served.
async fn get_in_line(locks: &Locks, n: usize, served: &Served) -> BoxFuture<'static, ()> {
    let lock = locks.lock("k").ttl(LONG).wait(Wait::Forever);
    let served = Arc::clone(served);
    let mut waiter = async move {
        let lease = lock.acquire().await.expect("its turn comes");
        served.lock().unwrap_or_else(PoisonError::into_inner).push(n);
        drop(lease);
    }
    .boxed();
    holds("a waiter", (), poll_once(&mut waiter).await.is_pending(), "waiting");
    waiter
}

fn served_so_far(served: &Served) -> Vec<usize> {
    served.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
