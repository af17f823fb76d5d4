//! Every future may be dropped at every poll.

use std::time::Duration;

use lockproof::{Locks, MemoryStore, Ttl, Wait};

use crate::{
    faulty::{Fault, FaultyStore, Op, Step},
    helpers::{comes_free, faulty, ms, owner_of, polled, settle, timed},
};

/// Calls of several polls, and calls of several milliseconds.
fn slow_stores() -> Vec<(MemoryStore, FaultyStore, Locks)> {
    let yields = [Fault::Before(Step::Yields(2)), Fault::After(Step::Yields(2))];
    let sleeps = [Fault::Before(Step::Sleep(ms(3))), Fault::After(Step::Sleep(ms(3)))];
    [yields, sleeps]
        .into_iter()
        .map(|faults| {
            let (memory, store, locks) = faulty();
            for op in [Op::Acquire, Op::Extend, Op::Release, Op::Rotate] {
                store.always(op, faults);
            }
            (memory, store, locks)
        })
        .collect()
}

/// No call needs more.
const BOUND: Duration = Duration::from_millis(200);

async fn nothing_is_left(memory: &MemoryStore, locks: &Locks, what: &str) {
    let (took, ()) = timed(locks.drain()).await;
    assert!(took <= BOUND, "{what}: draining took {took:?}");
    assert!(memory.is_empty(), "{what}");
}

#[tokio::test(start_paused = true)]
async fn an_acquire_of_a_free_lock() {
    for (memory, _, locks) in slow_stores() {
        for polls in 0.. {
            let what = format!("acquire dropped after {polls} polls");
            let done = polled(locks.lock("k").acquire(), polls).await.is_some();
            comes_free(&locks, "k", BOUND, &what).await;
            nothing_is_left(&memory, &locks, &what).await;
            if done {
                assert!(polls > 2);
                break;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_acquire_with_a_waiter_behind() {
    for (memory, _, locks) in slow_stores() {
        for polls in 0.. {
            let what = format!("acquire dropped after {polls} polls");
            let lock = locks.lock("k");
            let mut first = Box::pin(polled(lock.acquire(), polls));
            let early = futures::poll!(&mut first);
            let behind = tokio::spawn(comes_free(&locks, "k", BOUND, &what));
            settle_briefly().await;
            let done = match early {
                std::task::Poll::Ready(ended) => ended,
                std::task::Poll::Pending => first.await,
            };
            let is_done = done.is_some();
            drop(done);
            behind.await.expect("served");
            nothing_is_left(&memory, &locks, &what).await;
            if is_done {
                break;
            }
        }
    }
}

async fn settle_briefly() {
    tokio::task::yield_now().await;
}

#[tokio::test(start_paused = true)]
async fn an_acquire_that_takes_a_lock_over() {
    for (memory, _, locks) in slow_stores() {
        for (polls, waiter_behind) in (0..).flat_map(|polls| [(polls, false), (polls, true)]) {
            let what = format!("acquire dropped after {polls} polls, with a waiter behind: {waiter_behind}");
            let held = locks.lock("k").acquire().await.expect("free");
            let lock = locks.lock("k");
            let first = tokio::spawn(async move { polled(lock.acquire(), polls).await.is_some() });
            settle().await;
            let behind = waiter_behind.then(|| tokio::spawn(comes_free(&locks, "k", BOUND, &what)));
            settle().await;
            drop(held);
            if let Some(behind) = behind {
                behind.await.expect("served");
            }
            let done = first.await.expect("no panic");
            comes_free(&locks, "k", BOUND, &what).await;
            nothing_is_left(&memory, &locks, &what).await;
            if done && waiter_behind {
                assert!(polls > 3);
                break;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_acquire_of_an_orphan() {
    // Dropped, then another one for the same key dropped: the second stands behind the call of the first.
    for (memory, _, locks) in slow_stores() {
        for (first, second) in (0..16).flat_map(|first| (0..16).map(move |second| (first, second))) {
            let what = format!("acquires dropped after {first} and {second} polls");
            drop(polled(locks.lock("k").acquire(), first).await);
            drop(polled(locks.lock("k").try_acquire(), second).await);
            comes_free(&locks, "k", BOUND, &what).await;
            nothing_is_left(&memory, &locks, &what).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_release() {
    for (memory, _, locks) in slow_stores() {
        for (polls, waiter_behind) in (0..).flat_map(|polls| [(polls, false), (polls, true)]) {
            let what = format!("release dropped after {polls} polls, with a waiter behind: {waiter_behind}");
            let held = locks.lock("k").acquire().await.expect("free");
            let behind = waiter_behind.then(|| tokio::spawn(comes_free(&locks, "k", BOUND, &what)));
            settle().await;
            let done = polled(held.release(), polls).await;
            if let Some(ended) = &done {
                assert!(ended.is_ok(), "{what}: {ended:?}");
            }
            if let Some(behind) = behind {
                behind.await.expect("served");
            }
            comes_free(&locks, "k", BOUND, &what).await;
            nothing_is_left(&memory, &locks, &what).await;
            if done.is_some() && waiter_behind {
                assert!(polls > 1);
                break;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_extend() {
    for (memory, _, locks) in slow_stores() {
        for polls in 0.. {
            let what = format!("extend dropped after {polls} polls");
            let held = locks.lock("k").acquire().await.expect("free");
            let done = polled(held.extend(None), polls).await.is_some();
            assert!(!held.is_lost());
            held.extend(None).await.expect("held");
            held.release().await.expect("held");
            nothing_is_left(&memory, &locks, &what).await;
            if done {
                break;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_extend_that_shortens_and_lands_after_it_was_dropped() {
    let (memory, store, locks) = faulty();
    let held = locks.lock("k").ttl("30s").acquire().await.expect("free");
    let short = Ttl::new(ms(500)).expect("legal");
    store.once(Op::Extend, [Fault::Detached, Fault::After(Step::Yields(2))]);
    assert!(polled(held.extend(Some(short)), 1).await.is_none());
    settle().await;
    // The guard must not believe for longer than the store does.
    tokio::time::timeout(ms(499), held.lost()).await.expect("lost before the store lets others in");
    tokio::time::sleep(ms(20)).await;
    assert_eq!(owner_of(&memory, "k").await, None);
}

#[tokio::test(start_paused = true)]
async fn an_extend_that_shortens_and_lands_after_the_next_one() {
    let (memory, store, locks) = faulty();
    let held = locks.lock("k").ttl("30s").acquire().await.expect("free");
    let short = Ttl::new(ms(500)).expect("legal");
    store.once(Op::Extend, [Fault::Detached, Fault::Before(Step::Sleep(ms(300)))]);
    assert!(polled(held.extend(Some(short)), 1).await.is_none());
    held.extend(None).await.expect("held");
    tokio::time::sleep(ms(300)).await;
    while owner_of(&memory, "k").await.is_some() {
        tokio::time::sleep(ms(1)).await;
    }
    assert!(held.is_lost(), "the guard believes for longer than the store does");
}

#[tokio::test(start_paused = true)]
async fn a_drain_and_a_shutdown() {
    for (memory, _, locks) in slow_stores() {
        for polls in 0..12 {
            let what = format!("drain dropped after {polls} polls");
            drop(locks.lock("k").acquire().await.expect("free"));
            let _ = polled(locks.drain(), polls).await;
            nothing_is_left(&memory, &locks, &what).await;
        }
    }
    for polls in 0..12 {
        for (memory, _, locks) in slow_stores() {
            let what = format!("shutdown dropped after {polls} polls");
            let lease = locks.lock("k").acquire().await.expect("free");
            drop(locks.lock("other").acquire().await.expect("free"));
            let begun = polls > 0;
            let _ = polled(locks.shutdown(ms(500)), polls).await;
            if !begun {
                drop(lease);
            }
            nothing_is_left(&memory, &locks, &what).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_hangs_does_not_hold_the_key_up_for_its_ttl() {
    // The call of the one who went away hangs for ever; later ones are answered.
    for fault in [Fault::Before(Step::Hang), Fault::After(Step::Hang)] {
        let (memory, store, locks) = faulty();
        store.once(Op::Acquire, [fault]);
        assert!(polled(locks.lock("k").ttl("10m").acquire(), 1).await.is_none());
        let (took, ended) = timed(locks.lock("k").wait(Duration::from_secs(60)).acquire()).await;
        drop(ended.expect("free at last"));
        assert!(took <= Duration::from_secs(12), "{took:?}");
        locks.drain().await;
        assert!(memory.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn waiters_do_not_wait_for_a_call_that_hangs_if_the_store_answers_others() {
    let (_, store, locks) = faulty();
    store.once(Op::Acquire, [Fault::Before(Step::Hang)]);
    assert!(polled(locks.lock("k").acquire(), 1).await.is_none());
    let (took, ended) = timed(locks.lock("k").acquire()).await;
    drop(ended.expect("free"));
    assert!(took <= ms(2_100), "{took:?}");
    store.once(Op::Acquire, [Fault::Before(Step::Hang)]);
    assert!(polled(locks.lock("j").acquire(), 1).await.is_none());
    let (took, tried) = timed(locks.lock("j").try_acquire()).await;
    assert!(tried.expect("an answer in time").is_some());
    assert!(took < ms(1_000), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_hangs_does_not_hide_a_lock_that_was_dropped() {
    let (_, store, locks) = faulty();
    store.once(Op::Acquire, [Fault::Before(Step::Hang)]);
    assert!(polled(locks.lock("k").acquire(), 1).await.is_none());
    let lease = locks.lock("k").acquire().await.expect("free");
    drop(lease);
    let (took, tried) = timed(locks.lock("k").try_acquire()).await;
    assert!(tried.expect("an answer").is_some());
    assert_eq!(took, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_release_that_is_never_polled_again_does_not_hold_others_up_for_ever() {
    let (_, store, locks) = faulty();
    let lease = locks.lock("k").ttl(ms(3_000)).acquire().await.expect("free");
    store.once(Op::Release, [Fault::Before(Step::Yields(5))]);
    let mut parked = Box::pin(lease.release());
    assert!(futures::poll!(&mut parked).is_pending());
    let (took, ended) = timed(locks.lock("k").wait(Wait::Forever).acquire()).await;
    drop(ended.expect("it expires"));
    assert!(took <= ms(4_100), "{took:?}");
    drop(parked);
}

#[tokio::test(start_paused = true)]
async fn cancelled_at_random_in_a_crowd() {
    for round in 0..20 {
        let (memory, store, locks) = faulty();
        let other = Locks::new(store.clone());
        let yields = |n| Fault::Before(Step::Yields(n));
        store.all(yields(round % 4)).always(Op::Rotate, [yields(1), Fault::After(Step::Yields(round % 3))]);
        let tasks: Vec<_> = (0..60)
            .map(|n| {
                let lock = if n % 5 == 0 { other.lock("k") } else { locks.lock("k") };
                tokio::spawn(async move {
                    let wanted = async {
                        let lease = lock.acquire().await.expect("it comes free");
                        tokio::task::yield_now().await;
                        if n % 3 == 0 {
                            lease.release().await.expect("held");
                        }
                    };
                    let polls = if n % 2 == 0 { usize::MAX } else { fastrand::usize(..12) };
                    polled(wanted, polls).await.is_some() || n % 2 == 1
                })
            })
            .collect();
        for task in tasks {
            assert!(task.await.expect("no panic"));
        }
        for service in [&locks, &other] {
            service.drain().await;
        }
        assert!(memory.is_empty(), "round {round}");
    }
}
