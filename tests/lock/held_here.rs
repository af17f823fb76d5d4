//! A timeout tells when the holder is within reach.

use lockproof::{AcquireError, Locks, MemoryStore, Wait};

use crate::helpers::{ms, settle, stranger_takes};

/// Whether the holder is a guard of this service, one of this task, and what is said about it.
#[track_caller]
fn told(ended: Result<lockproof::Lease, AcquireError>) -> (bool, bool, String) {
    let error = ended.expect_err("held");
    let message = error.to_string();
    match error {
        AcquireError::Timeout { held_here, same_task, .. } => (held_here, same_task, message),
        other => panic!("not a timeout: {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_guard_of_this_service_is_to_be_passed_down() {
    let store = MemoryStore::new();
    let (locks, other) = (Locks::new(store.clone()), Locks::new(store.clone()));
    let _held = locks.lock("k").label("the first").acquire().await.expect("free");
    let here = [
        locks.lock("k").wait(ms(10)),
        locks.lock("k").wait(Wait::Never),
        locks.lock("k").attempts(2).delay(ms(10)),
    ];
    for lock in here {
        let (held_here, _, message) = told(lock.acquire().await);
        assert!(held_here);
        for part in ["the first", "this very service", " since 20", "pass that guard down"] {
            assert!(message.contains(part), "{message}");
        }
    }
    let (held_here, _, message) = told(other.lock("k").wait(ms(10)).acquire().await);
    assert!(!held_here && !message.contains("pass"), "{message}");
}

#[tokio::test(start_paused = true)]
async fn one_further_back_in_line_is_told_as_well() {
    let locks = Locks::memory();
    let _held = locks.lock("k").acquire().await.expect("free");
    let lock = locks.lock("k").wait(Wait::Forever);
    let first = tokio::spawn(async move { lock.acquire().await });
    settle().await;
    assert!(told(locks.lock("k").wait(ms(10)).acquire().await).0);
    first.abort();
}

#[tokio::test(start_paused = true)]
async fn a_stranger_is_not_taken_for_a_guard_that_has_lost_its_lock() {
    let store = MemoryStore::new();
    let locks = Locks::new(store.clone());
    let held = locks.lock("k").ttl("1s").acquire().await.expect("free");
    tokio::time::sleep(ms(1_001)).await;
    stranger_takes(&store, "k", lockproof::Ttl::Never).await;
    let (held_here, _, message) = told(locks.lock("k").wait(ms(10)).acquire().await);
    assert!(!held_here && message.contains("a stranger"), "{message}");
    drop(held);
}

#[tokio::test(start_paused = true)]
async fn a_task_that_waits_for_itself_is_told_so() {
    let locks = Locks::memory();
    let (of_itself, guard) = tokio::spawn({
        let locks = locks.clone();
        async move {
            let guard = locks.lock("k").acquire().await.expect("free");
            (told(locks.lock("k").wait(ms(10)).acquire().await), guard)
        }
    })
    .await
    .expect("no panic");
    assert_eq!((of_itself.0, of_itself.1), (true, cfg!(debug_assertions)));
    assert!(!cfg!(debug_assertions) || of_itself.2.contains("this very task"), "{}", of_itself.2);

    let lock = locks.lock("k").wait(ms(10));
    let (held_here, same_task, message) =
        told(tokio::spawn(async move { lock.acquire().await }).await.expect("no panic"));
    assert!(held_here && !same_task && !message.contains("very task"), "{message}");
    drop(guard);
}

#[tokio::test(start_paused = true)]
async fn all_who_wait_equally_long_are_told_who_held_it() {
    let store = MemoryStore::new();
    let locks = Locks::new(store.clone());
    stranger_takes(&store, "k", lockproof::Ttl::Never).await;
    let waiters: Vec<_> = (0..50)
        .map(|_| {
            let lock = locks.lock("k").wait(ms(500));
            tokio::spawn(async move { lock.acquire().await })
        })
        .collect();
    for waiter in waiters {
        assert!(told(waiter.await.expect("no panic")).2.contains("a stranger"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_seat_of_this_service_is_within_reach_as_well() {
    let store = MemoryStore::new();
    let (locks, other) = (Locks::new(store.clone()), Locks::new(store.clone()));
    let seat = locks.lock("k").owner("user-7").label("the first").acquire().await.expect("free");
    let (held_here, _, message) = told(locks.lock("k").wait(ms(10)).acquire().await);
    assert!(held_here && message.contains("the first"), "{message}");
    assert!(!told(other.lock("k").wait(ms(10)).acquire().await).0);
    drop(seat);
    assert!(!told(locks.lock("k").wait(ms(10)).acquire().await).0, "there is no guard any more");
}
