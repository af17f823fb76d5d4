//! Never two inside, everybody served, nothing left behind.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which situation")]

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
};

use futures::future::join_all;

use crate::{
    lock::{Locks, Wait},
    testing::{
        calls::{LONG, list},
        say::is,
        stage::{Stage, State, taken},
        tasks::start,
    },
};

pub(in crate::testing) async fn exclusive__fifty_tasks_of_one_service(at: Stage) {
    take_turns(&at, &[at.locks()], 50, 4).await;
}

pub(in crate::testing) async fn exclusive__fifty_tasks_of_two_services(at: Stage) {
    take_turns(&at, &[at.locks(), at.elsewhere()], 50, 2).await;
}

pub(in crate::testing) async fn exclusive__four_services(at: Stage) {
    take_turns(&at, &[at.locks(), at.elsewhere(), at.locks(), at.elsewhere()], 16, 4).await;
}

pub(in crate::testing) async fn exclusive__pollers_without_wakeups(at: Stage) {
    let here = crate::testing::FaultyStore::over(at.store_arc()).without_wakeups();
    let there = crate::testing::FaultyStore::over(at.other_arc()).without_wakeups();
    take_turns(&at, &[at.over(here), at.over(there)], 8, 3).await;
}

pub(in crate::testing) async fn exclusive__n_tries_give_one_lease_and_no_error(at: Stage) {
    let services = [at.locks(), at.elsewhere()];
    for round in 0..5 {
        let tries = (0..50).map(|n| {
            let lock = services[n % 2].lock(("k", round));
            start(async move { lock.try_acquire().await })
        });
        let (mut leases, mut nones) = (Vec::new(), 0);
        for tried in join_all(tries.collect::<Vec<_>>()).await {
            match tried.expect("a try does not panic") {
                Ok(Some(lease)) => leases.push(lease),
                Ok(None) => nones += 1,
                Err(error) => {
                    panic!("one of 50 `try_acquire`s: the answer was {error:?}, and must be no error")
                }
            }
        }
        is("of 50 `try_acquire`s at once, leases and `None`s", (leases.len(), nones), (1, 49));
    }
}

pub(in crate::testing) async fn exclusive__different_keys(at: Stage) {
    let locks = at.locks();
    let one = at.mine(&locks, State::Running).await;
    let _two = taken(&locks.lock("two")).await;
    let _three = taken(&at.elsewhere().lock("three")).await;
    at.is_still(&one).await;
}

pub(in crate::testing) async fn exclusive__different_namespaces(at: Stage) {
    let of = |name: &str| {
        Locks::builder().store(at.store_arc()).namespace(name).build().expect("a legal namespace")
    };
    let (billing, shipping, none) = (of("billing"), of("shipping"), at.locks());
    let _billing = taken(&billing.lock("k")).await;
    let _shipping = taken(&shipping.lock("k")).await;
    let _none = taken(&none.lock("k")).await;
    let again = of("billing").lock("k").try_acquire().await.expect("the store answers");
    is("a lease of the same key in the same namespace", again.map(|lease| lease.fence()), None);
    is("how many locks are held", list(at.other(), "", None, 9).await.len(), 3);
}

/// Tasks that take turns at a key, some through `release` and some by dropping the guard.
async fn take_turns(at: &Stage, services: &[Locks], tasks: usize, turns: usize) {
    let (inside, served) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let tasks = (0..tasks).map(|task| {
        let lock = services[task % services.len()].lock("k").ttl(LONG).wait(Wait::Forever);
        let (inside, served) = (Arc::clone(&inside), Arc::clone(&served));
        start(async move {
            let mut last = None;
            for turn in 0..turns {
                let lease = lock.acquire().await.expect("its turn comes");
                assert!(!inside.swap(true, SeqCst), "two were inside at once, and must be one");
                assert!(Some(lease.fence()) > last, "the token {} is not above {last:?}", lease.fence());
                last = Some(lease.fence());
                tokio::task::yield_now().await;
                assert!(inside.swap(false, SeqCst), "two were inside at once, and must be one");
                served.fetch_add(1, SeqCst);
                if (task + turn) % 2 == 0 {
                    lease.release().await.expect("it is held");
                }
            }
        })
    });
    let tasks: Vec<_> = tasks.collect();
    let count = tasks.len();
    for ended in join_all(tasks).await {
        ended.unwrap_or_else(|error| panic!("a task that took turns: {error}"));
    }
    is("how many turns were taken", served.load(SeqCst), count * turns);
    for service in services {
        service.drain().await;
    }
    at.is_free().await;
}
