//! Seats that are waited for.

use std::time::Duration;

use lockproof::{AcquireError, Label, LockKey, LockStore, Locks, Owner, Rotate, Wait};

use crate::{
    faulty::{Op, slow},
    helpers::{faulty, ms, owner_of, settle, stranger_takes, timed},
    seats::seat,
};

#[tokio::test(start_paused = true)]
async fn it_stands_in_line_like_anybody() {
    let (_, store, locks) = faulty();
    let held = locks.lock("k").acquire().await.expect("free");
    let waiter = seat(&locks).wait(Wait::Forever);
    let waiter = tokio::spawn(async move { waiter.acquire().await });
    tokio::time::sleep(ms(100)).await;
    let (took, ended) = timed(async {
        drop(held);
        waiter.await.expect("no panic")
    })
    .await;
    let lease = ended.expect("free");
    assert!(took <= ms(2) && lease.owner().to_string() == "user-7", "{took:?}");
    assert_eq!((store.calls(Op::Rotate), store.calls(Op::Release)), (1, 0));
    let ended = locks.lock("k").owner("user-8").wait("1s").acquire().await;
    assert!(matches!(ended, Err(AcquireError::Timeout { .. })), "{ended:?}");
}

#[tokio::test(start_paused = true)]
async fn a_guard_that_was_dropped_just_now_is_followed() {
    let locks = Locks::memory();
    for _ in 0..1_000 {
        drop(locks.lock("k").acquire().await.expect("free"));
        let lease = seat(&locks).try_acquire().await.expect("an answer").expect("free");
        lease.release().await.expect("held");
    }
}

/// Waiters of one seat, one of them behind somebody else and one in front, notice that the seat got the lock.
async fn all_of_the_seat_get_it(locks: &Locks, by: &Locks, limit: Duration) {
    let memory_owner = locks.lock("k").ttl("1h").wait(Wait::Forever);
    let held = memory_owner.acquire().await.expect("free");
    let before = seat(locks).wait(Wait::Forever);
    let before = tokio::spawn(async move { before.acquire().await });
    settle().await;
    let other = locks.lock("k").wait(Wait::Forever);
    let other = tokio::spawn(async move { other.acquire().await.map(drop) });
    settle().await;
    let behind = seat(locks).wait(Wait::Forever);
    let behind = tokio::spawn(async move { behind.acquire().await });
    tokio::time::sleep(ms(100)).await;
    let (took, ()) = timed(async {
        drop(held);
        drop(before.await.expect("no panic").expect("free"));
        let direct = seat(by).acquire().await.expect("its own");
        assert_eq!(behind.await.expect("no panic").expect("its own").fence(), direct.fence());
    })
    .await;
    assert!(took <= limit, "{took:?}");
    assert!(!other.is_finished());
    other.abort();
}

#[tokio::test(start_paused = true)]
async fn all_waiters_of_a_seat_have_it_when_one_has() {
    let (memory, _, locks) = faulty();
    all_of_the_seat_get_it(&locks, &locks, ms(2)).await;
    drop(memory);
}

#[tokio::test(start_paused = true)]
async fn a_waiter_behind_others_finds_out_that_its_seat_was_taken_elsewhere() {
    let (memory, store, _) = faulty();
    let locks = Locks::new(store.clone().deaf());
    let stranger = stranger_takes(&memory, "k", "1h".parse().expect("a ttl")).await;
    let first = locks.lock("k").wait(Wait::Forever);
    let first = tokio::spawn(async move { first.acquire().await.map(drop) });
    settle().await;
    let behind = seat(&locks).wait(Wait::Forever);
    let behind = tokio::spawn(async move { behind.acquire().await });
    tokio::time::sleep(ms(100)).await;
    // In one step, so that the first in line does not get in between.
    let seat = Owner::from_text("user-7").expect("valid");
    let rotate = Rotate::new(
        LockKey::new("k").expect("valid"),
        stranger,
        seat,
        Label::new("elsewhere"),
        "1h".parse().expect("a ttl"),
        None,
    );
    LockStore::rotate(&memory, rotate).await.expect("an answer");
    let (took, ended) = timed(behind).await;
    drop(ended.expect("no panic").expect("its own"));
    assert!(took <= ms(2_002), "{took:?}");
    first.abort();
}

#[tokio::test(start_paused = true)]
async fn one_that_is_ahead_of_others_and_one_behind_them_both_get_it() {
    let (_, store, locks) = faulty();
    store.all(slow(1));
    all_of_the_seat_get_it(&locks, &locks, ms(20)).await;
}

#[tokio::test(start_paused = true)]
async fn a_run_that_waited_beside_another_of_its_owner_does_not_end_its_seat() {
    let (memory, _, locks) = faulty();
    let held = locks.lock("k").acquire().await.expect("free");
    let seat = seat(&locks);
    let (run, other) = (seat.clone(), seat.clone());
    let run = tokio::spawn(async move { run.run(async |_| tokio::time::sleep(ms(10)).await).await });
    let other = tokio::spawn(async move { other.acquire().await });
    settle().await;
    held.release().await.expect("held");
    run.await.expect("no panic").expect("it runs to its end");
    let lease = other.await.expect("no panic").expect("its owner has it");
    lease.extend(None).await.expect("it stands");
    assert_eq!(owner_of(&memory, "k").await.as_ref(), Some(lease.owner()));

    let last = seat.run(async |_| ()).await;
    last.expect("its owner has it");
    assert!(!lease.is_lost(), "its owner had it before");
    lease.release().await.expect("held");
    seat.run(async |_| ()).await.expect("free");
    assert_eq!(owner_of(&memory, "k").await, None, "taken for the run alone");
}
