//! Code under a lock.

use std::{cell::Cell, future::pending, time::Duration};

use lockproof::{AcquireError, Error, OnLost, Outcome, RunError, StoreErrorKind, Ttl};

use crate::{
    faulty::{Fault, HANGS, Op, Step, UNAVAILABLE},
    helpers::{comes_free, faulty, ms, owner_of, polled, stranger_takes, timed},
};

/// Neither `Debug` nor anything else.
struct Value(u32);

/// Counts how often it was dropped.
struct Dropped<'a>(&'a Cell<u32>);

impl Drop for Dropped<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

#[tokio::test(start_paused = true)]
async fn the_body_runs_under_the_lock_and_its_value_comes_back() {
    let (memory, store, locks) = faulty();
    let lock = locks.lock("k");
    let ended = lock
        .run(async |lease| {
            assert!(lock.try_acquire().await.expect("an answer").is_none());
            assert_eq!(owner_of(&memory, "k").await.as_ref(), Some(lease.owner()));
            tokio::time::sleep(Duration::from_secs(300)).await;
            assert!(!lease.is_lost(), "it is kept alive");
            Value(7)
        })
        .await;
    assert_eq!(ended.map(|value| value.0).expect("held"), 7);
    assert!(memory.is_empty(), "it is released when `run` comes back");
    assert_eq!(store.calls(Op::Release), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_borrowed_and_moved_into_the_body_is_fine() {
    let (_, _, locks) = faulty();
    let mut count = 0;
    let name = String::from("moved");
    let ended = locks
        .lock("k")
        .run(async |_| {
            count += 1;
            name
        })
        .await;
    assert_eq!((ended.expect("held").as_str(), count), ("moved", 1));
}

#[tokio::test]
async fn it_runs_in_a_spawned_task() {
    let (memory, _, locks) = faulty();
    let tasks: Vec<_> = (0..8)
        .map(|n| {
            let lock = locks.lock(("k", n % 2));
            tokio::spawn(async move {
                lock.run(async |_| tokio::task::yield_now().await).await?;
                let fence = lock.run(async |lease| lease.fence()).await?;
                let own: Result<u32, String> = lock.run(async |_| Err("own".to_owned())).await?;
                assert_eq!(own, Err("own".to_owned()));
                let tried = lock.try_run(async |lease| lease.fence()).await?;
                assert!(tried.is_none_or(|tried| tried > fence));
                let retried = lock.run_retrying(2, async |_| Ok::<_, ()>(1)).await?;
                assert_eq!(retried, Ok(1));
                Ok::<(), Error>(())
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no panic").expect("held");
    }
    locks.drain().await;
    assert!(memory.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_panic_goes_on_and_the_lock_is_released() {
    let (memory, _, locks) = faulty();
    let lock = locks.lock("k");
    let ended =
        tokio::spawn(async move { lock.run(async |_| -> u32 { panic!("as the test has it") }).await });
    assert!(ended.await.expect_err("it panics").is_panic());
    locks.drain().await;
    assert!(memory.is_empty());
}

#[tokio::test(start_paused = true)]
async fn cancelled_at_any_poll_it_releases_in_the_background() {
    for polls in 0..16 {
        let (memory, store, locks) = faulty();
        store.all(Fault::Before(Step::Yields(2)));
        let lock = locks.lock("k");
        let body = async |_: &_| {
            for _ in 0..3 {
                tokio::task::yield_now().await;
            }
        };
        drop(polled(lock.run(body), polls).await);
        comes_free(&locks, "k", ms(100), &format!("after {polls} polls")).await;
        locks.drain().await;
        assert!(memory.is_empty(), "{polls}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_whose_lock_is_lost_is_dropped_at_the_deadline() {
    let (_, _, locks) = faulty();
    let dropped = Cell::new(0);
    let run = locks.lock("k").ttl("10s");
    let (took, ended) = timed(run.run(async |_| {
        let _dropped = Dropped(&dropped);
        pending::<()>().await;
    }))
    .await;
    assert!(matches!(ended, Err(RunError::Lost { ref key }) if key.as_str() == "k"), "{ended:?}");
    assert_eq!(dropped.get(), 1);
    assert!(took >= ms(9_898) && took <= ms(9_900), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_body_whose_lock_is_freed_by_force_is_dropped_at_once() {
    let (_, _, locks) = faulty();
    let lock = locks.lock("k");
    let (ended, (took, ())) = futures::join!(
        lock.run(async |_| pending::<()>().await),
        timed(async {
            tokio::time::sleep(ms(100)).await;
            lock.force_release().await.expect("forced");
        })
    );
    assert!(matches!(ended, Err(RunError::Lost { .. })), "{ended:?}");
    assert!(took <= ms(102), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_to_finish_sees_the_loss_and_its_value_comes_back() {
    let (_, _, locks) = faulty();
    let lock = locks.lock("k").ttl("1s").on_lost(OnLost::Finish);
    let ended = lock
        .run(async |lease| {
            lease.lost().await;
            tokio::time::sleep(Duration::from_secs(5)).await;
            Value(7)
        })
        .await;
    let Err(RunError::LostAfter { key, value }) = ended else { panic!("it was lost") };
    assert_eq!((key.as_str(), value.0), ("k", 7));
}

#[tokio::test]
async fn what_the_body_has_ready_when_the_lock_is_found_lost_comes_back() {
    let (_, _, locks) = faulty();
    let lock = locks.lock("k").ttl("400ms");
    // It blocks its thread past the deadline: until it is ready nobody looks.
    let ended = lock
        .run(async |_| {
            std::thread::sleep(ms(450));
            Value(7)
        })
        .await;
    let Err(RunError::LostAfter { value, .. }) = ended else { panic!("it was lost") };
    assert_eq!(value.0, 7);
}

#[tokio::test(start_paused = true)]
async fn a_lock_that_the_release_finds_lapsed_hides_no_value() {
    let (memory, _, locks) = faulty();
    let lock = locks.lock("k").ttl("10s");
    let ended: Result<Result<(), &str>, _> = lock
        .run(async |lease| {
            let key = lease.key().clone();
            lockproof::LockStore::force_release(&memory, lockproof::ForceRelease::new(key))
                .await
                .expect("forced");
            Err("the body's own")
        })
        .await;
    let Err(RunError::LostAfter { value, .. }) = ended else { panic!("{ended:?}") };
    assert_eq!(value, Err("the body's own"));
}

#[tokio::test(start_paused = true)]
async fn a_release_that_is_not_answered_hides_no_value() {
    for fault in [HANGS, UNAVAILABLE, Fault::Before(Step::Fail(StoreErrorKind::Rejected))] {
        let (memory, store, locks) = faulty();
        store.always(Op::Release, [fault]);
        let (took, ended) = timed(locks.lock("k").run(async |_| 7)).await;
        assert_eq!(ended.expect("the body has ended"), 7);
        assert!(took <= ms(1_002), "{took:?}");
        store.heal();
        locks.drain().await;
        let refused = matches!(fault, Fault::Before(Step::Fail(StoreErrorKind::Rejected)));
        assert_eq!(owner_of(&memory, "k").await.is_some(), refused, "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn nested_it_waits_for_itself_and_times_out_like_anybody() {
    let (memory, _, locks) = faulty();
    let lock = locks.lock("k").wait("200ms");
    let (took, ended) = timed(lock.run(async |lease| {
        let nested = lock.run(async |_| panic!("never run")).await;
        assert!(matches!(nested, Err(RunError::Acquire(AcquireError::Timeout { .. }))), "{nested:?}");
        assert!(!lease.is_lost(), "the outer one goes on");
        let tried = lock.try_run(async |_| panic!("never run")).await;
        assert!(matches!(tried, Ok(None)), "{tried:?}");
        assert!(!lease.is_lost());
    }))
    .await;
    ended.expect("held");
    assert!(took >= ms(200) && took <= ms(203), "{took:?}");
    assert!(memory.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_holds_is_not_run() {
    let (memory, _, locks) = faulty();
    stranger_takes(&memory, "k", Ttl::Never).await;
    let lock = locks.lock("k").wait("50ms");
    let never = async |_: &_| panic!("never run");
    assert!(matches!(lock.try_run(never).await, Ok(None)));
    let ended = lock.run(never).await;
    assert!(matches!(ended, Err(RunError::Acquire(AcquireError::Timeout { .. }))), "{ended:?}");
    let ended = locks.lock("j").ttl("no ttl").run(never).await;
    assert!(matches!(ended, Err(RunError::Acquire(AcquireError::InvalidOption { .. }))), "{ended:?}");
}

#[tokio::test(start_paused = true)]
async fn its_errors_fit_in_everywhere_whatever_the_value() {
    let (_, _, locks) = faulty();
    let lock = locks.lock("order:1").ttl("1s");
    let lost = lock.run(async |_| pending::<Value>().await).await.map(drop).expect_err("it lapses");
    assert!(lost.to_string().contains("order:1") && lost.to_string().contains("broken off"), "{lost}");
    let boxed: Box<dyn std::error::Error + Send + Sync> = Box::new(lost);
    assert!(format!("{boxed:?}").contains("order:1"));

    let lost = lock.clone().on_lost(OnLost::Finish);
    let lost = lost.run(async |lease| lease.lost().await).await.expect_err("it lapses");
    assert!(lost.to_string().contains("order:1"), "{lost}");
    let error = Error::from(lost);
    assert!(matches!(error, Error::Run(RunError::LostAfter { .. })));
    assert_eq!((error.is_retryable(), error.outcome()), (true, Outcome::Unknown));

    let _held = lock.acquire().await.expect("free");
    let held = lock.clone().wait("1ms").run(async |_| Value(7)).await.map(drop).expect_err("held");
    let error = Error::from(held);
    assert!(matches!(error, Error::Acquire(AcquireError::Timeout { .. })), "{error:?}");
    assert_eq!((error.is_retryable(), error.outcome()), (true, Outcome::NotDone));
}

#[tokio::test(start_paused = true)]
async fn a_seat_that_its_owner_has_already_is_not_released() {
    let (memory, _, locks) = faulty();
    let lock = locks.lock("k").owner("user-7").ttl("1m");
    let outer = lock.acquire().await.expect("free");
    lock.run(async |lease| assert_eq!(lease.fence(), outer.fence())).await.expect("it is the owner's");
    assert_eq!(lock.try_run(async |_| 7).await.expect("it is the owner's"), Some(7));
    assert!(!outer.is_lost());
    assert!(owner_of(&memory, "k").await.is_some());
    outer.release().await.expect("held");
    // Taken for the body, it goes with the body.
    lock.run(async |_| assert!(owner_of(&memory, "k").await.is_some())).await.expect("free");
    assert_eq!(owner_of(&memory, "k").await, None);
}
