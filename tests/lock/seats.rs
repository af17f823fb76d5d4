//! Seats: locks with an owner of the user's own, which outlive their guards.

use std::time::Duration;

use lockproof::{
    AcquireError, ExtendError, InvalidOption, Lease, Lock, Locks, MemoryStore, OnStoreError, ReleaseError,
    Ttl, Wait,
};

use crate::{
    faulty::{Fault, HANGS, Op, REPLY_HANGS, REPLY_LOST, Step},
    helpers::{faulty, ms, owner_of, settle, stranger_takes, timed},
};

pub(crate) fn seat(locks: &Locks) -> Lock {
    locks.lock("k").owner("user-7").ttl("1m")
}

#[track_caller]
fn about(lease: &Lease, left: Duration) {
    let remaining = lease.remaining().expect("it ends");
    assert!(remaining <= left && remaining >= left.mul_f64(0.98) - ms(2), "{remaining:?} of {left:?}");
}

#[tokio::test(start_paused = true)]
async fn the_same_owner_has_it_at_once_under_the_same_token() {
    let (memory, store, locks) = faulty();
    let elsewhere = Locks::new(memory.clone());
    let first = seat(&locks).acquire().await.expect("free");
    for locks in [&locks, &elsewhere] {
        let (took, again) = timed(seat(locks).acquire()).await;
        let tried = seat(locks).try_acquire().await.expect("an answer").expect("its own");
        let again = again.expect("its own");
        assert!(took.is_zero() && again.fence() == first.fence() && tried.fence() == first.fence());
    }
    assert_eq!(first.owner().to_string(), "user-7");
    assert_eq!(store.calls(Op::Acquire), 3);
    assert!(elsewhere.lock("k").try_acquire().await.expect("an answer").is_none());
    assert!(elsewhere.lock("k").owner("user-8").try_acquire().await.expect("an answer").is_none());
}

#[tokio::test(start_paused = true)]
async fn dropping_its_lease_sends_nothing_and_only_its_ttl_frees_it() {
    let (memory, store, locks) = faulty();
    let lock = locks.lock("k").wait(Wait::Forever);
    drop(seat(&locks).acquire().await.expect("free"));
    let waiter = tokio::spawn(async move { lock.acquire().await.map(drop) });
    drop(seat(&locks).acquire().await.expect("its own"));
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!((store.calls(Op::Release), store.calls(Op::Rotate)), (0, 0));
    assert_eq!(owner_of(&memory, "k").await.expect("held").to_string(), "user-7");
    let (took, ended) = timed(waiter).await;
    ended.expect("no panic").expect("lapsed");
    assert!(took >= Duration::from_secs(29) && took <= Duration::from_secs(31), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn it_outlives_its_service() {
    let (memory, store, locks) = faulty();
    let lease = seat(&locks).acquire().await.expect("free");
    locks.drain().await;
    locks.shutdown(ms(10)).await.expect("nothing is to be released");
    drop(lease);
    settle().await;
    assert_eq!(store.calls(Op::Release), 0);
    assert!(owner_of(&memory, "k").await.is_some());
    let again = seat(&Locks::new(memory)).acquire().await.expect("its own");
    again.release().await.expect("held");
}

#[tokio::test(start_paused = true)]
async fn a_repeated_acquire_lengthens_and_never_shortens() {
    let (memory, _, locks) = faulty();
    let long = seat(&locks).ttl("10m").acquire().await.expect("free");
    let short = seat(&locks).ttl("10s").acquire().await.expect("its own");
    about(&short, Duration::from_secs(10));
    about(&long, Duration::from_secs(600));
    tokio::time::sleep(Duration::from_secs(300)).await;
    assert!(short.is_lost() && !long.is_lost());
    assert!(owner_of(&memory, "k").await.is_some(), "the short one has not shortened it");
    seat(&locks).ttl("10m").acquire().await.map(drop).expect("its own");
    tokio::time::sleep(Duration::from_secs(400)).await;
    assert!(long.is_lost() && owner_of(&memory, "k").await.is_some(), "lengthened by another lease");
}

#[tokio::test(start_paused = true)]
async fn extend_lengthens_and_never_shortens() {
    let (memory, store, locks) = faulty();
    let lease = seat(&locks).ttl("10m").acquire().await.expect("free");
    let other = seat(&locks).ttl("1m").acquire().await.expect("its own");
    lease.extend(Some("5s".parse().expect("a ttl"))).await.expect("held");
    about(&lease, Duration::from_secs(600));
    other.extend(Some("2m".parse().expect("a ttl"))).await.expect("held");
    about(&other, Duration::from_secs(120));
    assert_eq!(store.calls(Op::Extend), 0, "it stands longer than that");
    lease.extend(Some("20m".parse().expect("a ttl"))).await.expect("held");
    about(&lease, Duration::from_secs(1_200));
    tokio::time::sleep(Duration::from_secs(1_100)).await;
    assert!(!lease.is_lost() && owner_of(&memory, "k").await.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_lease_of_an_earlier_grant_is_not_extended_by_a_later_one() {
    let (memory, _, locks) = faulty();
    let other = Locks::new(memory.clone());
    let lease = seat(&locks).acquire().await.expect("free");
    seat(&other).adopt().await.expect("an answer").expect("its own").release().await.expect("held");
    let later = seat(&other).acquire().await.expect("free");
    assert!(later.fence() > lease.fence());
    let ended = lease.extend(None).await;
    assert!(matches!(ended, Err(ExtendError::Lost { .. })), "{ended:?}");
    assert!(lease.is_lost() && !later.is_lost());
}

#[tokio::test(start_paused = true)]
async fn one_release_ends_all_its_leases() {
    let (memory, _, locks) = faulty();
    let lock = locks.lock("k").wait(Wait::Forever);
    let (first, second) =
        (seat(&locks).acquire().await.expect("free"), seat(&locks).acquire().await.expect("its own"));
    let waiter = tokio::spawn(async move { lock.acquire().await });
    tokio::time::sleep(ms(100)).await;
    let (took, ended) = timed(async {
        first.release().await.expect("held");
        waiter.await.expect("no panic")
    })
    .await;
    assert!(took <= ms(2), "{took:?}");
    let ended_second = second.release().await;
    assert!(matches!(ended_second, Err(ReleaseError::Lost { .. })), "{ended_second:?}");
    let lease = ended.expect("free");
    assert!(!lease.is_lost() && owner_of(&memory, "k").await.as_ref() == Some(lease.owner()));
}

#[tokio::test(start_paused = true)]
async fn adopt_finds_what_is_there_and_takes_nothing() {
    let (memory, store, locks) = faulty();
    assert!(seat(&locks).adopt().await.expect("an answer").is_none(), "free");
    let first = seat(&Locks::new(memory.clone())).acquire().await.expect("free");
    tokio::time::sleep(Duration::from_secs(20)).await;
    let adopted = seat(&locks).adopt().await.expect("an answer").expect("its own");
    assert_eq!(adopted.fence(), first.fence());
    about(&adopted, Duration::from_secs(40));
    assert!(locks.lock("k").owner("user-8").adopt().await.expect("an answer").is_none(), "another's");
    drop(adopted);
    tokio::time::sleep(Duration::from_secs(41)).await;
    assert!(seat(&locks).adopt().await.expect("an answer").is_none(), "lapsed");
    assert_eq!((store.calls(Op::Acquire), store.calls(Op::Release)), (0, 0));
    let never = locks.lock("n").owner(("user", 7)).never_expires();
    drop(never.acquire().await.expect("free"));
    let adopted = never.adopt().await.expect("an answer").expect("its own");
    assert_eq!(adopted.remaining(), None);
    adopted.release().await.expect("held");
}

#[tokio::test(start_paused = true)]
async fn only_a_seat_can_be_adopted() {
    let locks = Locks::memory();
    let ended = locks.lock("k").adopt().await;
    let Err(AcquireError::InvalidOption { option, source, .. }) = ended else { panic!("{ended:?}") };
    assert_eq!((option, source), ("owner", InvalidOption::NoSeat));
}

#[tokio::test(start_paused = true)]
async fn a_seat_whose_name_looks_made_is_a_seat() {
    let (memory, _, locks) = faulty();
    let name = lockproof::Owner::unique().to_string();
    let lock = locks.lock("k").owner(&name).ttl("1m");
    let first = lock.acquire().await.expect("free");
    let token = first.fence();
    drop(first);
    locks.drain().await;
    assert!(owner_of(&memory, "k").await.is_some());
    assert_eq!(lock.acquire().await.expect("its own").fence(), token);
}

#[tokio::test(start_paused = true)]
async fn what_was_given_up_or_not_answered_is_never_released() {
    for fault in
        [REPLY_LOST, REPLY_HANGS, HANGS, Fault::After(Step::Sleep(ms(500))), Fault::Straggles(ms(50))]
    {
        let (memory, store, locks) = faulty();
        store.once(Op::Acquire, [fault]);
        let lock = seat(&locks).ttl("1h");
        let ended = tokio::time::timeout(ms(100), lock.acquire()).await;
        assert!(!matches!(ended, Ok(Ok(_))), "{fault:?}");
        let lease = lock.acquire_within("15s").await.expect("its own, or free");
        tokio::time::sleep(Duration::from_secs(30)).await;
        locks.drain().await;
        assert_eq!(store.calls(Op::Release), 0, "{fault:?}");
        assert!(!lease.is_lost() && owner_of(&memory, "k").await.is_some(), "{fault:?}");
        lease.release().await.expect("held");
    }
}

#[tokio::test(start_paused = true)]
async fn an_unanswered_acquire_is_repeated_for_the_same_owner() {
    let (memory, store, locks) = faulty();
    store.once(Op::Acquire, [REPLY_LOST]).once(Op::Acquire, [REPLY_HANGS]);
    let lock = seat(&locks).on_store_error(OnStoreError::RetryUntilDeadline);
    let (took, ended) = timed(lock.acquire()).await;
    let lease = ended.expect("its own");
    assert!(took <= ms(2_500), "{took:?}");
    assert_eq!(store.calls(Op::Rotate), 0);
    assert_eq!(owner_of(&memory, "k").await.as_ref(), Some(lease.owner()));
}

#[tokio::test(start_paused = true)]
async fn a_take_over_for_a_seat_that_is_not_answered_releases_nothing_of_the_seat() {
    for fault in [REPLY_LOST, REPLY_HANGS] {
        let (memory, store, locks) = faulty();
        let held = locks.lock("k").ttl("1h").acquire().await.expect("free");
        let lock = seat(&locks).ttl("1h").wait(ms(500));
        let waiter = tokio::spawn(async move { lock.acquire().await.map(drop) });
        settle().await;
        store.once(Op::Rotate, [fault]);
        drop(held);
        waiter.await.expect("no panic").expect_err("not answered");
        tokio::time::sleep(Duration::from_secs(15)).await;
        locks.drain().await;
        assert!(store.owners(Op::Release).iter().all(|owner| owner.to_string() != "user-7"), "{fault:?}");
        assert_eq!(owner_of(&memory, "k").await.expect("held").to_string(), "user-7", "{fault:?}");
        drop(seat(&locks).try_acquire().await.expect("an answer").expect("its own"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_release_that_failed_does_not_come_back_later() {
    let (memory, store, locks) = faulty();
    let lease = seat(&locks).acquire().await.expect("free");
    store.once(Op::Release, [REPLY_LOST]);
    let ended = lease.release().await;
    assert!(matches!(ended, Err(ReleaseError::Store { .. })), "{ended:?}");
    let again = seat(&locks).acquire().await.expect("free");
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert!(!again.is_lost() && owner_of(&memory, "k").await.is_some());
}

#[tokio::test(start_paused = true)]
async fn its_attempts_are_counted_too() {
    let store = MemoryStore::new();
    let locks = Locks::new(store.clone());
    stranger_takes(&store, "k", Ttl::Never).await;
    let (took, ended) = timed(seat(&locks).attempts(3).delay(ms(100)).acquire()).await;
    assert!(matches!(ended, Err(AcquireError::Timeout { attempts: 3, .. })), "{ended:?}");
    assert_eq!(took, ms(200));
}

#[tokio::test(start_paused = true)]
async fn it_is_never_kept_alive() {
    let (memory, _, locks) = faulty();
    let lease = locks.lock("k").owner("user-7").acquire().await.expect("free");
    tokio::time::sleep(Duration::from_secs(31)).await;
    assert!(lease.is_lost() && owner_of(&memory, "k").await.is_none());
}
