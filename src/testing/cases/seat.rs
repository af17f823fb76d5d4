//! Locks with an owner of the user's own, held over many requests.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which state")]

use crate::{
    lock::{AcquireError, ReleaseError, Wait},
    testing::{
        calls::{LONG, force, holder},
        faulty::{Op, REPLY_LOST},
        say::{holds, is},
        stage::{Stage, State},
        tasks::{start, timed},
    },
};

pub(in crate::testing) async fn seat__dropped(at: Stage) {
    let locks = at.locks();
    let lease = locks.lock("k").owner("user-7").ttl(LONG).acquire().await.expect("free");
    let (owner, token) = (lease.owner().clone(), lease.fence());
    drop(lease);
    locks.drain().await;
    tokio::time::sleep(at.short).await;
    at.is_untouched(State::Running, &owner, token).await;
}

pub(in crate::testing) async fn seat__released_by_one_of_two(at: Stage) {
    let (one, two) = (at.seat(State::Running).await, at.seat(State::Running).await);
    one.release().await.expect("it is held");
    at.is_free().await;
    let ended = two.release().await;
    let lost = matches!(ended, Err(ReleaseError::Lost { .. }));
    holds("`release` of the other lease", &ended, lost, "`Err(Lost)`");
}

pub(in crate::testing) async fn seat__released_wakes_a_waiter(at: Stage) {
    let seat = at.seat(State::Running).await;
    let lock = at.elsewhere().lock("k").ttl(LONG).wait(Wait::Forever);
    let waiter = start(async move { lock.acquire().await });
    tokio::time::sleep(at.short).await;
    let (took, ended) = timed(async {
        seat.release().await.expect("it is held");
        waiter.await.expect("a waiter does not panic")
    })
    .await;
    holds("how long it took", took, took <= at.margin, "next to nothing");
    at.is_still(&ended.expect("it is free")).await;
}

pub(in crate::testing) async fn seat__expires(at: Stage) {
    let lease = at.seat(State::Lapsed).await;
    is("`is_lost`", lease.is_lost(), true);
    at.is_free().await;
}

pub(in crate::testing) async fn seat__extended_for_less(at: Stage) {
    let lease = at.seat(State::Running).await;
    lease.extend(at.short).await.expect("it is held");
    at.lapse().await;
    at.is_still(&lease).await;
}

pub(in crate::testing) async fn seat__extended_for_more(at: Stage) {
    let lease = at.seat(State::Running).await;
    lease.extend(2 * LONG).await.expect("it is held");
    let left = holder(at.other(), "k").await.and_then(|held| held.remaining);
    holds("the time that is left", left, left > Some(LONG), "the longer one");
}

pub(in crate::testing) async fn seat__forced(at: Stage) {
    let lease = at.seat(State::Running).await;
    force(at.other(), "k").await.expect("it is held");
    lease.extend(None).await.expect_err("it was forced");
    let adopted = at.locks().lock("k").owner("user-7").adopt().await.expect("the store answers");
    is("`adopt` after that", adopted.map(|lease| lease.fence()), None);
    at.is_free().await;
}

pub(in crate::testing) async fn seat__of_another_owner(at: Stage) {
    let lease = at.seat(State::Running).await;
    for owner in ["user-8", "USER-7", "user-7 "] {
        let tried = at.elsewhere().lock("k").owner(owner).try_acquire().await.expect("the store answers");
        is(&format!("a lease for {owner:?}"), tried.map(|lease| lease.fence()), None);
    }
    at.is_still(&lease).await;
}

pub(in crate::testing) async fn seat__after_a_lost_reply(at: Stage) {
    let (store, locks) = at.faulty();
    let seat = locks.lock("k").owner("user-7").ttl(LONG);
    store.once(Op::Acquire, [REPLY_LOST]);
    seat.try_acquire().await.expect_err("the answer was lost");
    locks.drain().await;
    let held = holder(at.other(), "k").await.map(|held| held.owner.to_string());
    is("who holds it: an acquire in doubt is not cleaned up", held.as_deref(), Some("user-7"));
    let adopted = seat.adopt().await.expect("the store answers");
    holds("`adopt` after that", &adopted, adopted.is_some(), "a lease");
}

pub(in crate::testing) async fn seat__kept_alive(at: Stage) {
    let ended = at.locks().lock("k").owner("user-7").keep_alive().acquire().await;
    let refused = matches!(ended, Err(AcquireError::InvalidOption { .. }));
    holds("a seat that is kept alive", &ended, refused, "`Err(InvalidOption)`");
    at.is_free().await;
}

pub(in crate::testing) async fn seat__after_its_service_has_ended(at: Stage) {
    let locks = at.locks();
    let lease = locks.lock("k").owner("user-7").ttl(LONG).acquire().await.expect("free");
    let (owner, token) = (lease.owner().clone(), lease.fence());
    locks.shutdown(LONG).await.expect("nothing is to be released");
    drop(lease);
    at.is_untouched(State::Running, &owner, token).await;
}
