//! Keeping leases alive over a store that fails.

use std::time::Duration;

use lockproof::{AcquireError, ForceRelease, LockKey, LockStore, ReleaseError};

use crate::{
    faulty::{Fault, HANGS, Op, REPLY_HANGS, REPLY_LOST, Step, UNAVAILABLE},
    helpers::{faulty, ms, owner_of, settle, timed},
};

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// What is left of a lease of 30 s by its own clock.
const LEASE: Duration = Duration::from_millis(30_000 - 302);

#[tokio::test(start_paused = true)]
async fn a_lease_outlives_an_outage_that_is_shorter() {
    for fault in [UNAVAILABLE, HANGS, REPLY_LOST, REPLY_HANGS] {
        let (memory, store, locks) = faulty();
        let lease = locks.lock("k").acquire().await.expect("free");
        tokio::time::sleep(secs(35)).await;
        store.all(fault);
        tokio::time::sleep(secs(18)).await;
        assert!(store.calls(Op::Extend) <= 15, "{} calls in 18 s", store.calls(Op::Extend));
        store.heal();
        tokio::time::sleep(secs(60)).await;
        assert!(!lease.is_lost(), "{fault:?}");
        assert_eq!(owner_of(&memory, "k").await.as_ref(), Some(lease.owner()));
        assert!(lease.remaining() > Some(secs(19)), "{fault:?}: {:?}", lease.remaining());
    }
}

#[tokio::test(start_paused = true)]
async fn it_is_lost_exactly_at_its_deadline_while_a_renewal_hangs() {
    for fault in [UNAVAILABLE, HANGS, REPLY_HANGS] {
        let (_, store, locks) = faulty();
        let lease = locks.lock("k").acquire().await.expect("free");
        store.all(fault);
        let (took, ()) = timed(lease.lost()).await;
        assert!(took >= LEASE && took <= LEASE + ms(2), "{fault:?}: {took:?}");
        assert!(lease.is_lost());
        let calls = store.calls(Op::Extend);
        assert!((2..=25).contains(&calls), "{fault:?}: {calls} calls");
        tokio::time::sleep(secs(60)).await;
        assert_eq!(store.calls(Op::Extend), calls, "past the deadline nothing is sent");
    }
}

#[tokio::test(start_paused = true)]
async fn a_fixed_lease_is_lost_exactly_at_its_deadline_while_an_extension_hangs() {
    let (_, store, locks) = faulty();
    let lease = locks.lock("k").ttl("30s").acquire().await.expect("free");
    store.all(HANGS);
    tokio::time::sleep(LEASE - ms(500)).await;
    let (extended, (took, ())) = futures::join!(lease.extend(None), timed(lease.lost()));
    extended.expect_err("it hangs");
    assert!(took >= ms(500) && took <= ms(502), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn who_was_stopped_for_twice_the_ttl_has_lost_it_although_nobody_else_was_there() {
    let (memory, store, locks) = faulty();
    let lease = locks.lock("k").acquire().await.expect("free");
    tokio::time::sleep(secs(25)).await;
    let calls = store.calls(Op::Extend);
    // The clock goes on and nothing here runs: that is how a stopped process sees it.
    tokio::time::advance(secs(60)).await;
    settle().await;
    assert!(lease.is_lost());
    tokio::time::sleep(secs(60)).await;
    assert_eq!(store.calls(Op::Extend), calls, "it is not renewed");
    assert_eq!(owner_of(&memory, "k").await, None);
    assert!(matches!(lease.release().await, Err(ReleaseError::Lost { .. })));
}

#[tokio::test(start_paused = true)]
async fn a_forced_release_is_found_out_at_the_next_renewal() {
    let (memory, store, locks) = faulty();
    let lease = locks.lock("k").acquire().await.expect("free");
    memory.force_release(ForceRelease::new(LockKey::new("k").expect("valid"))).await.expect("forced");
    let (took, ()) = timed(lease.lost()).await;
    assert!(took <= secs(10), "{took:?}");
    assert_eq!((lease.is_lost(), store.calls(Op::Extend)), (true, 1));
    tokio::time::sleep(secs(60)).await;
    assert_eq!(store.calls(Op::Extend), 1, "it is not revived");
}

#[tokio::test(start_paused = true)]
async fn a_forced_release_is_found_out_at_once_when_this_service_has_the_lock_anew() {
    let (memory, store, locks) = faulty();
    let evicted = locks.lock("k").acquire().await.expect("free");
    // Sent while the lock is held, and seen to by nobody for a while.
    memory.force_release(ForceRelease::new(LockKey::new("k").expect("valid"))).await.expect("forced");
    let lease = locks.lock("k").try_acquire().await.expect("an answer").expect("it was forced");
    assert!(evicted.is_lost());
    assert!(!lease.is_lost());
    drop(evicted);
    tokio::time::sleep(secs(60)).await;
    assert!(!lease.is_lost());
    assert!(store.calls(Op::Extend) >= 5);
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_hangs_holds_up_no_other() {
    let (_, store, locks) = faulty();
    let one = locks.lock("one").acquire().await.expect("free");
    store.once(Op::Extend, [HANGS]);
    tokio::time::sleep(secs(10)).await;
    assert_eq!(store.calls(Op::Extend), 1, "it hangs");
    // While it does, another is due three times.
    let other = locks.lock("other").ttl("900ms").keep_alive().acquire().await.expect("free");
    tokio::time::sleep(secs(3)).await;
    assert!(!other.is_lost());
    assert!(store.calls(Op::Extend) >= 8, "{}", store.calls(Op::Extend));
    tokio::time::sleep(secs(60)).await;
    assert!(!one.is_lost() && !other.is_lost());
}

#[tokio::test(start_paused = true)]
async fn a_short_lease_neither_shortens_nor_delays_a_long_one() {
    let (_, store, locks) = faulty();
    // It takes 200 ms to renew: too long for the short one, which is tried again and again, and no matter for the other.
    store.always(Op::Extend, [Fault::After(Step::Sleep(ms(200)))]);
    let long = locks.lock("long").acquire().await.expect("free");
    tokio::time::sleep(ms(9_600)).await;
    let short = locks.lock("short").ttl("240ms").keep_alive().acquire().await.expect("free");
    tokio::time::sleep(secs(3)).await;
    assert!(short.is_lost());
    assert!(long.remaining() > Some(secs(26)), "{:?}", long.remaining());
    tokio::time::sleep(secs(120)).await;
    assert!(!long.is_lost());
}

#[tokio::test(start_paused = true)]
async fn a_store_that_panics_is_asked_again() {
    let (_, store, locks) = faulty();
    store.once(Op::Extend, [Fault::Before(Step::Panic)]).once(Op::Extend, [Fault::After(Step::Panic)]);
    let lease = locks.lock("k").acquire().await.expect("free");
    tokio::time::sleep(secs(60)).await;
    assert!(!lease.is_lost());
    assert!(store.calls(Op::Extend) <= 12, "{}", store.calls(Op::Extend));
    assert!(matches!(locks.lock("k").wait(ms(5)).acquire().await, Err(AcquireError::Timeout { .. })));
}

#[tokio::test(start_paused = true)]
async fn a_renewal_of_a_long_lease_that_hangs_does_not_keep_the_user_from_extending_it() {
    let (_, store, locks) = faulty();
    let lease = locks.lock("k").ttl("2h").keep_alive().max_hold("10h").acquire().await.expect("free");
    store.once(Op::Extend, [HANGS]);
    tokio::time::sleep(secs(2_400)).await;
    assert_eq!(store.calls(Op::Extend), 1, "it hangs");
    tokio::time::sleep(secs(15)).await;
    lease.extend(None).await.expect("the store is fine since");
    assert!(lease.remaining() > Some(secs(7_000)), "{lease:?}");
}
