//! Code under a lock that is run again.

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use lockproof::{AcquireError, OnLost, Retry, RunError, StoreErrorKind, Ttl};

use crate::{
    faulty::{Fault, Op, Step},
    helpers::{faulty, ms, stranger_takes},
};

#[tokio::test(start_paused = true)]
async fn an_error_of_the_body_is_tried_again_under_a_lock_of_its_own() {
    let (memory, _, locks) = faulty();
    let mut fences = Vec::new();
    let lock = locks.lock("k");
    let ended = lock
        .run_retrying(Retry::times(3).backoff(ms(10)..ms(20)), async |lease| {
            fences.push(lease.fence());
            Err::<(), _>(fences.len())
        })
        .await;
    assert_eq!(ended.expect("held each time"), Err(4), "once, and three times more");
    assert!(fences.is_sorted() && fences.windows(2).all(|two| two[0] != two[1]), "{fences:?}");
    assert!(memory.is_empty());

    // What is final comes as `Ok`.
    let mut times = 0;
    let ended = lock
        .run_retrying(3, async |_| {
            times += 1;
            Ok::<Result<(), &str>, ()>(Err("final"))
        })
        .await;
    assert_eq!((ended.expect("held"), times), (Ok(Err("final")), 1));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_was_broken_off_is_begun_again_and_one_that_has_ended_is_not() {
    let (_, _, locks) = faulty();
    let lock = locks.lock("k").ttl("1s");
    let mut times = 0;
    let ended = lock
        .run_retrying(5, async |_| {
            times += 1;
            if times < 3 {
                pending::<()>().await;
            }
            Ok::<_, ()>(times)
        })
        .await;
    assert_eq!(ended.expect("at last"), Ok(3));

    let mut times = 0;
    let ended = lock
        .on_lost(OnLost::Finish)
        .run_retrying(5, async |lease| {
            times += 1;
            lease.lost().await;
            Ok::<_, ()>(())
        })
        .await;
    assert!(matches!(ended, Err(RunError::LostAfter { value: Ok(()), .. })));
    assert_eq!(times, 1, "its work is done");
}

#[tokio::test(start_paused = true)]
async fn an_acquisition_is_tried_again_as_the_policy_says() {
    let (memory, store, locks) = faulty();
    store.once(Op::Acquire, [Fault::Before(Step::Fail(StoreErrorKind::OutcomeUnknown))]);
    let ended = locks.lock("k").run_retrying(1, async |_| Ok::<_, ()>(7)).await;
    assert_eq!(ended.expect("the second time"), Ok(7));
    stranger_takes(&memory, "held", Ttl::Never).await;
    let lock = locks.lock("held").wait("10ms");
    let tries = Arc::new(AtomicUsize::new(0));
    for (retries, when) in [(1, false), (4, true)] {
        tries.store(0, SeqCst);
        let counted = Arc::clone(&tries);
        let retry = Retry::times(3).when(move |_| {
            counted.fetch_add(1, SeqCst);
            when
        });
        let ended = lock.run_retrying(retry, async |_| Ok::<(), ()>(())).await;
        assert!(matches!(ended, Err(RunError::Acquire(AcquireError::Timeout { .. }))), "{ended:?}");
        assert_eq!(tries.load(SeqCst), retries);
    }
}
