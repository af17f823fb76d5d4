//! Attempts and delays: how often the store is looked at, and when that is enough.

use std::time::Duration;

use lockproof::{AcquireError, Lease, LockStore, Locks, StoreErrorKind, Ttl, Wait};

use crate::{
    faulty::{Fault, FaultyStore, Op, Step, UNAVAILABLE, slow},
    helpers::{faulty, ms, settle, stranger_takes, timed},
};

/// How often it looked, and for how long.
#[track_caller]
fn gave_up(ended: Result<Lease, AcquireError>) -> (u32, Duration) {
    match ended {
        Err(AcquireError::Timeout { attempts, waited, holder, .. }) => {
            assert!(holder.is_some(), "the holder is known");
            (attempts, waited)
        }
        other => panic!("not a timeout: {other:?}"),
    }
}

/// A lock of a stranger that never ends, in a store that announces releases or does not.
async fn taken(wakeups: bool) -> (FaultyStore, Locks) {
    let (memory, store, locks) = faulty();
    stranger_takes(&memory, "k", Ttl::Never).await;
    match wakeups {
        true => (store, locks),
        false => (store.clone(), Locks::new(store.without_wakeups())),
    }
}

#[tokio::test(start_paused = true)]
async fn they_end_the_wait_at_once_when_they_are_used_up() {
    for wakeups in [true, false] {
        for (attempts, delay) in [(1, 100), (2, 100), (3, 40), (5, 700), (10, 1)] {
            let (_store, locks) = taken(wakeups).await;
            let lock = locks.lock("k").attempts(attempts).delay(ms(delay)).wait(Wait::Forever);
            let (took, ended) = timed(lock.acquire()).await;
            let expected = ms(delay) * (attempts - 1);
            assert_eq!((took, gave_up(ended)), (expected, (attempts, expected)));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn each_is_one_look_at_a_store_that_gives_no_hints() {
    let (store, locks) = taken(false).await;
    gave_up(locks.lock("k").attempts(4).delay("1s").acquire().await);
    assert_eq!(store.calls(Op::Acquire), 4);
}

#[tokio::test(start_paused = true)]
async fn the_look_when_the_store_is_listened_to_is_free() {
    let (store, locks) = taken(true).await;
    gave_up(locks.lock("k").attempts(4).delay("1s").acquire().await);
    assert_eq!(store.calls(Op::Acquire), 5);
}

#[tokio::test(start_paused = true)]
async fn without_a_delay_they_are_a_quarter_of_a_second_apart() {
    let (_, locks) = taken(false).await;
    let (took, ended) = timed(locks.lock("k").attempts(3).acquire()).await;
    assert_eq!((took, gave_up(ended)), (ms(500), (3, ms(500))));
}

#[tokio::test(start_paused = true)]
async fn the_wait_is_a_limit_besides() {
    let (_, locks) = taken(false).await;
    let (took, ended) = timed(locks.lock("k").attempts(100).delay(ms(100)).wait(ms(350)).acquire()).await;
    assert_eq!((took, gave_up(ended)), (ms(350), (4, ms(350))));
    let (took, ended) = timed(locks.lock("k").attempts(100).wait(Wait::Never).acquire()).await;
    assert_eq!((took, gave_up(ended)), (Duration::ZERO, (1, Duration::ZERO)));
    assert!(locks.lock("k").attempts(3).try_acquire().await.expect("an answer").is_none());
}

#[tokio::test(start_paused = true)]
async fn a_lock_held_by_a_guard_of_this_service_is_looked_at_all_the_same() {
    let (_, store, locks) = faulty();
    let _held = locks.lock("k").acquire().await.expect("free");
    let before = store.calls(Op::Acquire);
    let (took, ended) = timed(locks.lock("k").attempts(3).delay(ms(100)).acquire()).await;
    assert_eq!((took, gave_up(ended)), (ms(200), (3, ms(200))));
    assert_eq!(store.calls(Op::Acquire) - before, 4);
}

#[tokio::test(start_paused = true)]
async fn many_waiters_with_one_delay_cost_one_look_a_delay() {
    for wakeups in [true, false] {
        let (store, locks) = taken(wakeups).await;
        let waiters: Vec<_> = (0..100)
            .map(|_| {
                let lock = locks.lock("k").attempts(5).delay(ms(200)).wait(Wait::Forever);
                tokio::spawn(async move { timed(lock.acquire()).await })
            })
            .collect();
        for waiter in waiters {
            let (took, ended) = waiter.await.expect("no panic");
            assert_eq!((took, gave_up(ended)), (ms(800), (5, ms(800))));
        }
        assert!(store.calls(Op::Acquire) <= 12, "{} looks", store.calls(Op::Acquire));
    }
}

#[tokio::test(start_paused = true)]
async fn one_further_back_has_the_first_look_if_nobody_has() {
    let (store, locks) = taken(false).await;
    let lock = locks.lock("k").attempts(2).delay("1h").wait(Wait::Forever);
    let seldom = tokio::spawn(async move { lock.acquire().await });
    settle().await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let before = store.calls(Op::Acquire);
    let (took, ended) = timed(locks.lock("k").attempts(3).delay(ms(100)).acquire()).await;
    assert_eq!((took, gave_up(ended)), (ms(200), (3, ms(200))));
    let looks = store.calls(Op::Acquire) - before;
    assert!((2..=3).contains(&looks), "{looks} looks, of the first in line");
    seldom.abort();
}

#[tokio::test(start_paused = true)]
async fn one_further_back_does_not_wait_for_a_first_that_is_hung_up() {
    let (memory, store, locks) = faulty();
    stranger_takes(&memory, "k", Ttl::Never).await;
    store.once(Op::Acquire, [Fault::Before(Step::Hang)]);
    let lock = locks.lock("k").wait(Wait::Forever);
    let hung = tokio::spawn(async move { lock.acquire().await });
    settle().await;
    let lock = locks.lock("k").attempts(2).delay(ms(100)).wait(Wait::Forever);
    let (took, ended) = timed(lock.acquire()).await;
    assert!(matches!(ended, Err(AcquireError::Store { .. })), "nobody knows who holds it: {ended:?}");
    assert!(took <= ms(1_102), "{took:?}");
    hung.abort();
}

#[tokio::test(start_paused = true)]
async fn one_who_looks_seldom_does_not_slow_down_those_behind() {
    let (memory, store, _) = faulty();
    let locks = Locks::new(store.without_wakeups());
    let owner = stranger_takes(&memory, "k", Ttl::Never).await;
    let seldom = locks.lock("k").attempts(2).delay("1h").wait(Wait::Forever).ttl("1h");
    let seldom = tokio::spawn(async move { seldom.acquire().await.map(drop) });
    settle().await;
    let lock = locks.lock("k").wait(Wait::Forever);
    let behind = tokio::spawn(async move { lock.acquire().await.map(drop) });
    tokio::time::sleep(Duration::from_secs(10)).await;
    let release = lockproof::Release::new(lockproof::LockKey::new("k").expect("valid"), owner);
    memory.release(release).await.expect("an answer");
    let (took, ended) = timed(behind).await;
    ended.expect("no panic").expect("free");
    assert!(took <= ms(2_002), "{took:?}");
    seldom.await.expect("no panic").expect("it came first");
}

#[tokio::test(start_paused = true)]
async fn a_release_and_an_expiry_are_not_slept_through() {
    let (_, store, locks) = faulty();
    let held = locks.lock("k").acquire().await.expect("free");
    let lock = locks.lock("k").attempts(2).delay("1h").wait(Wait::Forever);
    let waiter = tokio::spawn(async move { lock.acquire().await.map(drop) });
    tokio::time::sleep(ms(500)).await;
    drop(held);
    let (took, ended) = timed(waiter).await;
    ended.expect("no panic").expect("free");
    assert!(took <= ms(2), "{took:?}");
    locks.drain().await;

    let locks = Locks::new(store.clone().without_wakeups());
    stranger_takes(&store, "k", "3s".parse().expect("a ttl")).await;
    let (took, ended) = timed(locks.lock("k").attempts(2).delay("1h").wait(Wait::Forever).acquire()).await;
    drop(ended.expect("lapsed"));
    assert!(took >= ms(3_000) && took <= ms(3_015), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn failed_looks_count() {
    let (_, store, locks) = faulty();
    store.always(Op::Acquire, [UNAVAILABLE]);
    let (took, ended) = timed(locks.lock("k").attempts(3).delay(ms(100)).acquire()).await;
    let Err(AcquireError::Store { source, .. }) = ended else { panic!("{ended:?}") };
    assert_eq!((took, source.kind()), (ms(200), StoreErrorKind::Unavailable));
    assert_eq!(store.calls(Op::Acquire), 3);
}

#[tokio::test(start_paused = true)]
async fn looks_at_a_slow_store_are_not_made_up_for() {
    let (store, locks) = taken(false).await;
    store.always(Op::Acquire, [slow(150)]);
    let (took, ended) = timed(locks.lock("k").attempts(3).delay(ms(100)).acquire()).await;
    assert_eq!(gave_up(ended).0, 3);
    assert!(took >= ms(450) && took <= ms(500), "{took:?}");
    assert_eq!(store.calls(Op::Acquire), 3);
}

#[tokio::test(start_paused = true)]
async fn a_guard_that_was_dropped_just_now_is_followed_by_one_attempt() {
    let locks = Locks::memory();
    for _ in 0..1_000 {
        drop(locks.lock("k").acquire().await.expect("free"));
        drop(locks.lock("k").attempts(1).acquire().await.expect("free"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_delay_alone_bounds_the_time_between_looks() {
    let (_, store, _) = faulty();
    let locks = Locks::new(store.clone().deaf());
    let _held = locks.lock("k").ttl(Ttl::Never).acquire().await.expect("free");
    let before = store.calls(Op::Acquire);
    let (took, ended) = timed(locks.lock("k").delay(ms(100)).wait("10s").acquire()).await;
    let (attempts, waited) = gave_up(ended);
    assert_eq!((took, waited), (Duration::from_secs(10), took));
    let looks = store.calls(Op::Acquire) - before;
    assert!((95..=105).contains(&looks), "{looks} looks in 10 s");
    assert_eq!(usize::try_from(attempts).expect("few"), looks);
}

#[tokio::test(start_paused = true)]
async fn a_delay_further_back_has_the_first_look() {
    let (_, store, _) = faulty();
    let locks = Locks::new(store.clone().deaf());
    let _held = locks.lock("k").ttl(Ttl::Never).acquire().await.expect("free");
    let lock = locks.lock("k").wait(Wait::Forever);
    let first = tokio::spawn(async move { lock.acquire().await });
    settle().await;
    let before = store.calls(Op::Acquire);
    gave_up(locks.lock("k").delay(ms(100)).wait("10s").acquire().await);
    let looks = store.calls(Op::Acquire) - before;
    assert!((80..=110).contains(&looks), "{looks} looks in 10 s");
    first.abort();
}

#[tokio::test(start_paused = true)]
async fn a_timeout_says_how_often_the_store_was_looked_at_for_this_waiter() {
    let (store, locks) = taken(false).await;
    let lock = locks.lock("k").wait(Wait::Forever);
    let first = tokio::spawn(async move { lock.acquire().await });
    settle().await;
    let before = store.calls(Op::Acquire);
    let (attempts, _) = gave_up(locks.lock("k").wait("3s").acquire().await);
    let looks = store.calls(Op::Acquire) - before;
    assert_eq!(usize::try_from(attempts).expect("few"), looks, "by the first in line");
    first.abort();
}
