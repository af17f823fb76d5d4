//! Seats over a store that fails, and leases of one seat that get in each other's way.

use std::time::Duration;

use lockproof::{AcquireError, ForceReply, Lease, Lock, LockStore, Locks, OnStoreError, ReleaseError, Wait};

use crate::{
    faulty::{HANGS, Op, REPLY_HANGS, REPLY_LOST, slow, slow_reply},
    helpers::{faulty, ms, owner_of, settle, timed},
};

fn seat(locks: &Locks) -> Lock {
    locks.lock("k").owner("user-7").ttl("1m")
}

/// Whenever the lease is believed, the store has it.
async fn is_believed_no_longer_than_it_stands(store: &impl LockStore, lease: &Lease) {
    while !lease.is_lost() {
        let owner = owner_of(store, "k").await;
        assert_eq!(owner.as_ref(), Some(lease.owner()), "{:?} are left", lease.remaining());
        tokio::time::sleep(ms(5)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_is_taken_over_again_after_a_lost_reply_is_not_believed_for_too_long() {
    for fault in [REPLY_LOST, REPLY_HANGS] {
        let (memory, store, locks) = faulty();
        let held = locks.lock("k").ttl("1h").acquire().await.expect("free");
        let lock = seat(&locks).ttl("3s").wait("1h").on_store_error(OnStoreError::RetryUntilDeadline);
        let ((), lease) = futures::join!(
            async {
                settle().await;
                store.once(Op::Rotate, [fault]);
                drop(held);
            },
            lock.acquire()
        );
        is_believed_no_longer_than_it_stands(&memory, &lease.expect("its own")).await;
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_was_taken_elsewhere_meanwhile_is_not_believed_for_longer_than_it_stands() {
    let (memory, store, _) = faulty();
    let locks = Locks::new(store.clone().deaf());
    let held = locks.lock("k").ttl("1h").acquire().await.expect("free");
    let lock = seat(&locks).wait(Wait::Forever);
    let ((), lease) = futures::join!(
        async {
            tokio::time::sleep(ms(100)).await;
            let elsewhere = Locks::new(memory.clone());
            elsewhere.lock("k").force_release().await.expect("an answer");
            drop(seat(&elsewhere).ttl("300ms").acquire().await.expect("free"));
            drop(held);
        },
        lock.acquire()
    );
    is_believed_no_longer_than_it_stands(&memory, &lease.expect("its own")).await;
}

#[tokio::test(start_paused = true)]
async fn a_short_extension_at_a_slow_store_does_not_lose_what_stands_longer() {
    let (memory, store, locks) = faulty();
    let lease = seat(&locks).acquire().await.expect("free");
    store.all(slow(200));
    lease.extend(ms(100)).await.expect("it stands longer than that");
    assert!(!lease.is_lost() && lease.remaining() > Some(Duration::from_secs(50)), "{lease:?}");
    assert!(owner_of(&memory, "k").await.is_some());
}

#[tokio::test(start_paused = true)]
async fn two_extensions_at_once_do_not_shorten_each_other() {
    let (memory, store, locks) = faulty();
    let elsewhere = Locks::new(memory.clone());
    let short = seat(&locks).ttl("10s").acquire().await.expect("free");
    let long = seat(&elsewhere).ttl("10s").acquire().await.expect("its own");
    tokio::time::sleep(Duration::from_secs(5)).await;
    // Looked at before the long one is extended, and extended after.
    store.once(Op::Inspect, [slow_reply(100)]);
    let (extended, ()) = futures::join!(short.extend("20s"), async {
        tokio::time::sleep(ms(50)).await;
        long.extend("10m").await.expect("held");
    });
    extended.expect("held");
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert!(!long.is_lost() && owner_of(&memory, "k").await.is_some(), "{long:?}");
}

#[tokio::test(start_paused = true)]
async fn the_release_of_an_earlier_grant_does_not_end_a_later_one() {
    let (memory, _, locks) = faulty();
    let elsewhere = Locks::new(memory.clone());
    let earlier = seat(&locks).acquire().await.expect("free");
    seat(&elsewhere).adopt().await.expect("an answer").expect("its own").release().await.expect("held");
    let later = seat(&elsewhere).acquire().await.expect("free");
    let ended = earlier.release().await;
    assert!(matches!(ended, Err(ReleaseError::Lost { .. })), "{ended:?}");
    assert!(owner_of(&memory, "k").await.is_some());
    later.release().await.expect("held");
}

#[tokio::test(start_paused = true)]
async fn one_that_is_freed_by_force_while_its_grant_is_on_its_way_is_lost() {
    let (_, store, locks) = faulty();
    store.once(Op::Acquire, [slow_reply(100)]);
    let lock = seat(&locks);
    let (granted, forced) = futures::join!(lock.acquire(), async {
        tokio::time::sleep(ms(50)).await;
        lock.force_release().await.expect("an answer")
    });
    assert!(matches!(forced, ForceReply::Forced { .. }));
    // It is another grant, or none: the one that was freed is not believed.
    if let Ok(lease) = granted {
        assert!(lease.is_lost() || lock.is_locked().await.expect("an answer"), "{lease:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_is_adopted_while_the_service_is_shut_down_is_refused() {
    let (_, store, locks) = faulty();
    drop(seat(&locks).acquire().await.expect("free"));
    store.once(Op::Inspect, [slow(100)]);
    let lock = seat(&locks);
    let (adopted, ()) = futures::join!(lock.adopt(), async {
        tokio::time::sleep(ms(50)).await;
        locks.shutdown("1s").await.expect("nothing is open");
    });
    assert!(matches!(adopted, Err(AcquireError::Closed { .. })), "{adopted:?}");
}

#[tokio::test(start_paused = true)]
async fn a_release_without_an_answer_ends_in_time() {
    for op in [Op::Inspect, Op::Release] {
        let (_, store, locks) = faulty();
        let lease = seat(&locks).acquire().await.expect("free");
        store.always(op, [HANGS]);
        let (took, ended) = timed(lease.release()).await;
        if op == Op::Release {
            assert!(matches!(ended, Err(ReleaseError::Store { .. })), "{ended:?}");
        }
        assert!(took <= ms(1_001), "{took:?}");
    }
}
