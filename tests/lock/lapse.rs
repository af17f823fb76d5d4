//! Leases that lapse, are extended, or never end.

use std::time::Duration;

use lockproof::{
    AcquireError, ExtendError, ForceRelease, LockKey, LockStore, ReleaseError, StoreErrorKind, Ttl,
};

use crate::{
    faulty::{Fault, HANGS, Op, REPLY_LOST, Step, UNAVAILABLE, slow, slow_reply},
    helpers::{faulty, ms, owner_of, settle, stranger_takes, timed},
};

fn ttl(millis: u64) -> Ttl {
    Ttl::new(ms(millis)).expect("legal")
}

#[tokio::test(start_paused = true)]
async fn a_lapsed_lease_is_lost_and_its_release_says_so() {
    let (memory, _, locks) = faulty();
    let lease = locks.lock("k").ttl(ms(1_000)).acquire().await.expect("free");
    assert!(!lease.is_lost());
    assert_eq!(lease.remaining(), Some(ms(988)));
    let (took, ()) = timed(lease.lost()).await;
    assert!(took >= ms(988) && took <= ms(990), "{took:?}");
    assert!(lease.is_lost());
    assert_eq!(lease.remaining(), Some(Duration::ZERO));
    tokio::time::sleep(ms(20)).await;
    assert!(matches!(lease.release().await, Err(ReleaseError::Lost { .. })));
    locks.drain().await;
    assert_eq!(owner_of(&memory, "k").await, None);
}

#[tokio::test(start_paused = true)]
async fn a_lease_retaken_by_another_is_lost_and_the_others_stands() {
    for by_release in [false, true] {
        let (memory, _, locks) = faulty();
        let lease = locks.lock("k").ttl(ms(100)).acquire().await.expect("free");
        tokio::time::sleep(ms(101)).await;
        let other = stranger_takes(&memory, "k", Ttl::DEFAULT).await;
        assert!(matches!(lease.extend(None).await, Err(ExtendError::Lost { .. })));
        if by_release {
            assert!(matches!(lease.release().await, Err(ReleaseError::Lost { .. })));
        } else {
            drop(lease);
        }
        locks.drain().await;
        assert_eq!(owner_of(&memory, "k").await, Some(other));
    }
}

#[tokio::test(start_paused = true)]
async fn a_lease_retaken_here_is_lost_and_the_new_one_stands() {
    for by_release in [false, true] {
        let (memory, _, locks) = faulty();
        let lease = locks.lock("k").ttl(ms(100)).acquire().await.expect("free");
        tokio::time::sleep(ms(101)).await;
        let new = locks.lock("k").try_acquire().await.expect("an answer").expect("it has lapsed");
        assert!(new.fence() > lease.fence());
        if by_release {
            assert!(matches!(lease.release().await, Err(ReleaseError::Lost { .. })));
        } else {
            drop(lease);
            settle().await;
        }
        assert!(!new.is_lost());
        assert_eq!(owner_of(&memory, "k").await.as_ref(), Some(new.owner()));
        assert!(locks.lock("k").try_acquire().await.expect("an answer").is_none());
        new.release().await.expect("held");
        locks.drain().await;
        assert!(memory.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_forced_release_is_found_out() {
    let (memory, _, locks) = faulty();
    let lease = locks.lock("k").acquire().await.expect("free");
    memory.force_release(ForceRelease::new(LockKey::new("k").expect("valid"))).await.expect("forced");
    let lost = lease.lost();
    futures::pin_mut!(lost);
    assert!(futures::poll!(&mut lost).is_pending());
    assert!(matches!(lease.extend(None).await, Err(ExtendError::Lost { .. })));
    assert!(lease.is_lost());
    let (took, ()) = timed(lost).await;
    assert_eq!(took, Duration::ZERO, "told at once");
    assert!(matches!(lease.extend(None).await, Err(ExtendError::Lost { .. })));
}

#[tokio::test(start_paused = true)]
async fn an_extension_starts_anew_and_may_shorten() {
    let (memory, _, locks) = faulty();
    let lease = locks.lock("k").ttl(ms(1_000)).acquire().await.expect("free");
    tokio::time::sleep(ms(600)).await;
    lease.extend(None).await.expect("held");
    assert_eq!(lease.remaining(), Some(ms(988)));
    tokio::time::sleep(ms(600)).await;
    assert!(!lease.is_lost(), "the old deadline is over, the new one is not");
    assert!(locks.lock("k").wait(ms(100)).acquire().await.is_err(), "a waiter is kept out past the old ttl");
    lease.extend(Some(ttl(10_000))).await.expect("held");
    assert_eq!(lease.remaining(), Some(ms(9_898)));
    let lost = lease.lost();
    futures::pin_mut!(lost);
    assert!(futures::poll!(&mut lost).is_pending());
    lease.extend(Some(ttl(100))).await.expect("held");
    assert_eq!(lease.remaining(), Some(ms(97)));
    let (took, ()) = timed(lost).await;
    assert!(took <= ms(99), "told {took:?} after an extension by 100 ms");
    assert!(matches!(lease.extend(None).await, Err(ExtendError::Lost { .. })), "not revived");
    tokio::time::sleep(ms(10)).await;
    assert_eq!(owner_of(&memory, "k").await, None);
}

#[tokio::test(start_paused = true)]
async fn an_extension_that_is_answered_after_the_deadline_revives_nothing() {
    let (_, store, locks) = faulty();
    let lease = locks.lock("k").ttl(ms(500)).acquire().await.expect("free");
    store.once(Op::Extend, [slow_reply(600)]);
    assert!(matches!(lease.extend(None).await, Err(ExtendError::Lost { .. })));
    assert!(lease.is_lost(), "who was told that it is lost must not find it held");
    drop(lease);
    assert!(locks.lock("k").try_acquire().await.expect("an answer").is_some());
}

#[tokio::test(start_paused = true)]
async fn an_extension_without_an_answer_leaves_the_earlier_deadline() {
    let (_, store, locks) = faulty();
    let lease = locks.lock("k").ttl(ms(5_000)).acquire().await.expect("free");
    let before = lease.remaining();
    store.once(Op::Extend, [UNAVAILABLE]);
    assert!(matches!(lease.extend(Some(ttl(100))).await, Err(ExtendError::Store { .. })));
    assert_eq!(lease.remaining(), before, "nothing was changed");
    store.once(Op::Extend, [HANGS]);
    let (took, ended) = timed(lease.extend(None)).await;
    assert!(matches!(ended, Err(ExtendError::Store { .. })) && took <= ms(1_002), "{took:?} {ended:?}");
    assert_eq!(lease.remaining().map(|left| left + took), before, "the old one is the earlier one");
    store.once(Op::Extend, [REPLY_LOST]);
    assert!(matches!(lease.extend(Some(ttl(100))).await, Err(ExtendError::Store { .. })));
    assert_eq!(lease.remaining(), Some(ms(97)), "the new one is the earlier one");
}

#[tokio::test(start_paused = true)]
async fn two_extensions_at_once_leave_a_deadline_that_the_store_keeps() {
    let (memory, store, locks) = faulty();
    for (first, second) in [(10_000, 300), (300, 10_000)] {
        for slow_one in 0..2 {
            let lease = locks.lock("k").acquire().await.expect("free");
            let faults: [&[Fault]; 2] = [&[slow_reply(20)], &[Fault::Before(Step::Yields(3))]];
            store.once(Op::Extend, faults[slow_one]).once(Op::Extend, faults[1 - slow_one]);
            let (one, two) = futures::join!(lease.extend(Some(ttl(first))), lease.extend(Some(ttl(second))));
            one.expect("held");
            two.expect("held");
            let left = lease.remaining().expect("it ends");
            let held = memory.inspect(lockproof::Inspect::new(lease.key().clone())).await.expect("an answer");
            assert!(Some(left) <= held.expect("held").remaining, "believed for longer than it stands");
            lease.release().await.expect("held");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_lock_that_never_ends() {
    let (memory, store, locks) = faulty();
    let lease = locks.lock("k").ttl(Ttl::Never).acquire().await.expect("free");
    tokio::time::sleep(Duration::from_secs(86_400 * 365)).await;
    assert_eq!((lease.remaining(), lease.is_lost()), (None, false));
    assert!(futures::poll!(Box::pin(lease.lost())).is_pending());
    assert!(matches!(lease.extend(None).await, Err(ExtendError::NeverExpires { .. })));
    assert!(matches!(lease.extend(Some(ttl(1))).await, Err(ExtendError::NeverExpires { .. })));
    assert_eq!(store.calls(Op::Extend), 0);
    assert!(locks.lock("k").try_acquire().await.expect("an answer").is_none());
    lease.release().await.expect("held");
    assert!(memory.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_was_granted_too_late_is_not_returned() {
    for fault in [slow_reply(60), slow(60)] {
        let (memory, store, locks) = faulty();
        store.always(Op::Acquire, [fault]).always(Op::Rotate, [fault]);
        let tried = locks.lock("k").ttl(ms(50)).try_acquire().await;
        let Err(AcquireError::Store { source, .. }) = tried else { panic!("{tried:?}") };
        assert_eq!(source.kind(), StoreErrorKind::Unavailable);
        assert!(source.to_string().contains("longer ttl"), "{source}");
        let ended = locks.lock("k").ttl(ms(50)).wait(ms(2_000)).acquire().await;
        assert!(matches!(ended, Err(AcquireError::Store { .. })), "{ended:?}");
        assert!(store.all_calls() <= 60, "{} calls in 2 s", store.all_calls());
        locks.drain().await;
        assert_eq!(owner_of(&memory, "k").await, None);
        // No longer late: it works again.
        store.heal();
        drop(locks.lock("k").ttl(ms(50)).acquire().await.expect("free"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_grant_that_comes_too_late_is_never_released_under_the_next_ones_feet() {
    let (memory, store, locks) = faulty();
    // The first grant is late, and so is the release of it.
    store.once(Op::Acquire, [slow_reply(60)]);
    store.once(Op::Release, [Fault::Detached, slow(400)]);
    let lease = locks.lock("k").ttl(ms(1_000)).acquire().await.expect("free");
    drop(lease);
    let late = locks.lock("j").ttl(ms(50));
    store.once(Op::Acquire, [slow_reply(60)]);
    let lease = late.ttl(ms(50)).acquire().await.expect("the second grant is in time");
    let owner = lease.owner().clone();
    assert_eq!(owner_of(&memory, "j").await.as_ref(), Some(&owner));
    assert_ne!(store.owners(Op::Acquire)[1], owner, "an owner for each grant");
    assert!(!store.owners(Op::Release).contains(&owner));
}

#[tokio::test(start_paused = true)]
async fn a_take_over_that_comes_too_late_is_not_returned() {
    let (memory, store, locks) = faulty();
    store.always(Op::Rotate, [slow_reply(60)]);
    let held = locks.lock("k").acquire().await.expect("free");
    let lock = locks.lock("k").ttl(ms(50));
    let waiter = tokio::spawn(async move { lock.acquire().await });
    settle().await;
    drop(held);
    let lease = waiter.await.expect("no panic").expect("by an acquire that is in time");
    assert!(!lease.is_lost());
    let held = memory.inspect(lockproof::Inspect::new(lease.key().clone())).await.expect("an answer");
    let held = held.expect("held");
    assert_eq!(&held.owner, lease.owner());
    assert!(lease.remaining() <= held.remaining, "believed for longer than it stands");
}

#[tokio::test(start_paused = true)]
async fn an_extension_for_ever_that_comes_first_is_not_undone_by_one_behind_it() {
    let (memory, store, locks) = faulty();
    let lease = locks.lock("k").ttl("30s").acquire().await.expect("free");
    store.all(slow(50));
    let (first, second) = futures::join!(lease.extend(Ttl::Never), lease.extend("30s"));
    first.expect("held");
    assert!(matches!(second, Err(ExtendError::NeverExpires { .. })), "{second:?}");
    assert_eq!(lease.remaining(), None);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(owner_of(&memory, "k").await.is_some() && !lease.is_lost());
}

#[tokio::test(start_paused = true)]
async fn an_extension_of_a_lock_that_never_ended_and_is_lost_says_so() {
    let (_, _, locks) = faulty();
    let lease = locks.lock("k").never_expires().acquire().await.expect("free");
    locks.shutdown("1s").await.expect("released");
    assert!(lease.is_lost());
    let ended = lease.extend(None).await;
    assert!(matches!(ended, Err(ExtendError::Lost { .. })), "{ended:?}");
}
