//! Leases that are renewed for as long as their guards live, and no longer.

use std::time::Duration;

use lockproof::{ExtendError, Inspect, LockOptions, LockStore, Locks, MemoryStore, Ttl};
use tokio::runtime::{Builder, Handle};

use crate::{
    faulty::{Fault, Op, slow},
    helpers::{faulty, held_and_wanted, ms, owner_of, settle, timed},
};

const MINUTE: Duration = Duration::from_secs(60);

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_names_no_ttl_is_kept_alive() {
    let (memory, store, locks) = faulty();
    let lease = locks.lock("k").acquire().await.expect("free");
    for _ in 0..18 {
        tokio::time::sleep(secs(30)).await;
        assert!(!lease.is_lost());
        assert!(lease.remaining() > Some(secs(19)), "{:?}", lease.remaining());
        assert_eq!(owner_of(&memory, "k").await.as_ref(), Some(lease.owner()));
        assert!(locks.lock("k").try_acquire().await.expect("an answer").is_none());
    }
    assert!((54..=58).contains(&store.calls(Op::ExtendAll)), "{} in 9 min", store.calls(Op::ExtendAll));
    lease.release().await.expect("held");
    assert!(memory.is_empty());
}

#[tokio::test(start_paused = true)]
async fn it_is_renewed_when_a_third_of_its_ttl_has_gone() {
    let (_, store, locks) = faulty();
    let _lease = locks.lock("k").acquire().await.expect("free");
    tokio::time::sleep(ms(9_690)).await;
    assert_eq!(store.calls(Op::Extend), 0);
    tokio::time::sleep(ms(310)).await;
    assert_eq!(store.calls(Op::Extend), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_names_its_ttl_is_kept_alive_if_it_says_so() {
    let (_, store, locks) = faulty();
    let fixed = locks.lock("fixed").ttl("2s").acquire().await.expect("free");
    let kept = locks.lock("kept").ttl("2s").keep_alive().acquire().await.expect("free");
    let with = LockOptions::new().ttl("3s").keep_alive();
    let with = locks.lock("with").with(with).acquire().await.expect("free");
    tokio::time::sleep(MINUTE).await;
    assert_eq!((fixed.is_lost(), kept.is_lost(), with.is_lost()), (true, false, false));
    assert!((140..=165).contains(&store.calls(Op::Extend)), "{}", store.calls(Op::Extend));
}

#[tokio::test(start_paused = true)]
async fn the_ttl_of_a_service_is_kept_alive() {
    let locks = Locks::builder().store(MemoryStore::new()).ttl("3s").max_hold("20s").build().expect("valid");
    let lease = locks.lock("k").acquire().await.expect("free");
    let (took, ()) = timed(lease.lost()).await;
    assert!(took > ms(19_900) && took < secs(20), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_waiter_that_takes_a_lock_over_has_it_kept_alive() {
    let (_, _, locks) = faulty();
    let (held, waiter) = held_and_wanted(&locks).await;
    drop(held);
    let lease = waiter.await.expect("handed over");
    tokio::time::sleep(5 * MINUTE).await;
    assert!(!lease.is_lost());
}

#[tokio::test(start_paused = true)]
async fn it_ends_at_its_longest_hold_to_the_moment() {
    for forgotten in [false, true] {
        let (memory, store, locks) = faulty();
        let lease = locks.lock("k").acquire().await.expect("free");
        if forgotten {
            std::mem::forget(lease);
            tokio::time::sleep(10 * MINUTE - ms(1)).await;
        } else {
            let (took, ()) = timed(lease.lost()).await;
            assert!(took > 10 * MINUTE - ms(350) && took < 10 * MINUTE, "{took:?}");
            tokio::time::sleep(10 * MINUTE - ms(1) - took).await;
            std::mem::forget(lease);
        }
        assert!(owner_of(&memory, "k").await.is_some(), "it may not end earlier");
        tokio::time::sleep(ms(20)).await;
        assert_eq!(owner_of(&memory, "k").await, None);
        let calls = store.all_calls();
        tokio::time::sleep(10 * MINUTE).await;
        assert_eq!(store.all_calls(), calls, "nothing is sent for it any more");
    }
}

#[tokio::test(start_paused = true)]
async fn the_longest_hold_can_be_as_short_as_the_ttl() {
    let (_, store, locks) = faulty();
    let lease = locks.lock("k").ttl("2s").keep_alive().max_hold("2s").acquire().await.expect("free");
    let (took, ()) = timed(lease.lost()).await;
    assert!(took > ms(1_970) && took < secs(2), "{took:?}");
    assert_eq!(store.calls(Op::Extend), 0);
}

#[tokio::test(start_paused = true)]
async fn an_extension_starts_the_longest_hold_anew_and_its_ttl_is_kept_alive() {
    let (memory, store, locks) = faulty();
    let lease = locks.lock("k").max_hold("1m").acquire().await.expect("free");
    for _ in 0..5 {
        tokio::time::sleep(secs(50)).await;
        lease.extend(None).await.expect("held");
    }
    tokio::time::sleep(secs(50)).await;
    lease.extend("6s").await.expect("held");
    assert!(lease.remaining() <= Some(secs(6)), "it may become shorter");
    let before = store.calls(Op::Extend);
    tokio::time::sleep(secs(30)).await;
    assert!((12..=18).contains(&(store.calls(Op::Extend) - before)), "every 2 s in 30 s");
    let (took, ()) = timed(lease.lost()).await;
    assert!(took > ms(29_800) && took < secs(30), "{took:?}");
    tokio::time::sleep(ms(200)).await;
    assert_eq!(owner_of(&memory, "k").await, None);
    assert!(matches!(lease.extend(None).await, Err(ExtendError::Lost { .. })));
}

#[tokio::test(start_paused = true)]
async fn an_extension_past_the_longest_hold_is_the_users_word() {
    let (_, store, locks) = faulty();
    let lease = locks.lock("k").max_hold("1m").acquire().await.expect("free");
    lease.extend("1h").await.expect("held");
    let (took, ()) = timed(lease.lost()).await;
    assert!(took > 59 * MINUTE && took < 60 * MINUTE, "{took:?}");
    assert_eq!(store.calls(Op::Extend), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_is_extended_for_ever_is_not_renewed_and_never_lost() {
    let (memory, store, locks) = faulty();
    let lease = locks.lock("k").acquire().await.expect("free");
    lease.extend(Ttl::Never).await.expect("held");
    tokio::time::sleep(20 * MINUTE).await;
    assert_eq!((lease.remaining(), lease.is_lost()), (None, false));
    assert_eq!(store.calls(Op::Extend), 1);
    assert_eq!(owner_of(&memory, "k").await.as_ref(), Some(lease.owner()));
    assert!(matches!(lease.extend("1m").await, Err(ExtendError::NeverExpires { .. })));
    lease.release().await.expect("held");
    assert!(memory.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_thousand_leases_are_renewed_in_four_calls_at_most() {
    let (_, store, locks) = faulty();
    let mut leases = Vec::new();
    for n in 0..1_000 {
        leases.push(locks.lock(("k", n)).acquire().await.expect("free"));
        // Not all at once: those that are due a little later go along.
        tokio::time::sleep(ms(1)).await;
    }
    tokio::time::sleep(secs(12)).await;
    assert_eq!(store.calls(Op::Extend), 1_000);
    assert!(store.calls(Op::ExtendAll) <= 4, "{} calls", store.calls(Op::ExtendAll));
    tokio::time::sleep(9 * MINUTE).await;
    assert!(leases.iter().all(|lease| !lease.is_lost()));
    // 54 rounds of two calls.
    assert!(store.calls(Op::ExtendAll) <= 130, "{} calls", store.calls(Op::ExtendAll));
}

#[tokio::test(start_paused = true)]
async fn leases_of_all_lengths_are_kept_alive_together() {
    let (_, store, locks) = faulty();
    store.always(Op::Extend, [slow(10)]);
    let mut leases = Vec::new();
    for n in 0..200_u64 {
        let ttl = ms(100 * (1 + n * n % 997));
        leases.push(locks.lock(("k", n)).ttl(ttl).keep_alive().acquire().await.expect("free"));
        tokio::time::sleep(ms(n % 7)).await;
    }
    tokio::time::sleep(5 * MINUTE).await;
    assert!(leases.iter().all(|lease| !lease.is_lost()));
}

#[tokio::test(start_paused = true)]
async fn what_is_released_is_not_renewed() {
    for by_release in [false, true] {
        let (memory, store, locks) = faulty();
        let lease = locks.lock("k").acquire().await.expect("free");
        tokio::time::sleep(secs(15)).await;
        assert_eq!(store.calls(Op::Extend), 1);
        if by_release {
            lease.release().await.expect("held");
        } else {
            drop(lease);
        }
        tokio::time::sleep(5 * MINUTE).await;
        assert_eq!(store.calls(Op::Extend), 1);
        assert!(memory.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_lands_after_the_release_revives_nothing() {
    for by_release in [false, true] {
        let (memory, store, locks) = faulty();
        let lease = locks.lock("k").acquire().await.expect("free");
        store.once(Op::Extend, [Fault::Detached, slow(300)]);
        tokio::time::sleep(secs(10)).await;
        assert_eq!(store.calls(Op::Extend), 1, "it is on its way");
        if by_release {
            lease.release().await.expect("held");
        } else {
            drop(lease);
        }
        locks.drain().await;
        assert!(memory.is_empty());
        let next = locks.lock("k").ttl("5s").acquire().await.expect("free");
        tokio::time::sleep(secs(1)).await;
        assert_eq!(next.remaining(), Some(ms(4_948 - 1_000)), "it is the next one's, and its ttl");
    }
}

#[tokio::test(start_paused = true)]
async fn an_extension_waits_for_the_renewal_that_is_under_way() {
    let (memory, store, locks) = faulty();
    let lease = locks.lock("k").acquire().await.expect("free");
    store.once(Op::Extend, [slow(400)]);
    tokio::time::sleep(secs(10)).await;
    assert_eq!(store.calls(Op::Extend), 1, "it is under way");
    let (took, extended) = timed(lease.extend("2s")).await;
    extended.expect("held");
    assert!(took > ms(80), "{took:?}");
    let held = memory.inspect(Inspect::new(lease.key().clone())).await.expect("an answer").expect("held");
    assert!(lease.remaining() <= held.remaining, "believed for longer than it stands");
    tokio::time::sleep(MINUTE).await;
    assert!(!lease.is_lost());
}

#[test]
fn the_next_runtime_goes_on_with_it() {
    let runtime =
        || Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
    let (memory, _, locks) = faulty();
    let lease = runtime().block_on(async {
        let lease = locks.lock("k").acquire().await.expect("free");
        tokio::time::sleep(secs(45)).await;
        assert!(!lease.is_lost());
        lease
    });
    // Nobody keeps it alive until something is acquired in another runtime.
    runtime().block_on(async {
        tokio::time::sleep(secs(5)).await;
        drop(locks.lock("another").ttl("1s").acquire().await.expect("free"));
        tokio::time::sleep(secs(45)).await;
        assert!(!lease.is_lost());
        assert_eq!(owner_of(&memory, "k").await.as_ref(), Some(lease.owner()));
        lease.release().await.expect("held");
    });
}

#[tokio::test(start_paused = true)]
async fn the_task_ends_with_the_last_handle() {
    let alive = || Handle::current().metrics().num_alive_tasks();
    let before = alive();
    let locks = Locks::memory();
    let lease = locks.lock("k").acquire().await.expect("free");
    drop(locks);
    tokio::time::sleep(MINUTE).await;
    assert!(!lease.is_lost(), "the lease keeps the service");
    drop(lease);
    tokio::time::sleep(ms(20)).await;
    settle().await;
    assert_eq!(alive(), before);
}

#[tokio::test]
async fn leases_are_kept_alive_on_many_threads_in_real_time() {
    let locks = Locks::memory();
    let tasks: Vec<_> = (0..20)
        .map(|n| {
            let lock = locks.lock(("k", n)).ttl("900ms").keep_alive();
            tokio::spawn(async move {
                let lease = lock.acquire().await.expect("free");
                tokio::time::sleep(ms(2_500)).await;
                assert!(!lease.is_lost());
                lease.release().await.expect("held");
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no panic");
    }
}

#[tokio::test(start_paused = true)]
async fn a_long_lease_that_could_go_along_does_not_keep_a_short_one_waiting() {
    let (_, _, locks) = faulty();
    let long = locks.lock("long").ttl("1h").keep_alive().max_hold("10h").acquire().await.expect("free");
    // It may go along with others by now, and need not go for a while.
    tokio::time::sleep(secs(1_000)).await;
    let gone = locks.lock("gone").ttl("3s").keep_alive().acquire().await.expect("free");
    tokio::time::sleep(ms(500)).await;
    let short = locks.lock("short").ttl("3s").keep_alive().acquire().await.expect("free");
    tokio::time::sleep(ms(400)).await;
    gone.release().await.expect("held");
    // The task wakes for the one that is gone.
    tokio::time::sleep(secs(60)).await;
    assert!(!short.is_lost() && !long.is_lost());
}
