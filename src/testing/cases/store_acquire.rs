//! `LockStore::acquire`, in each state of the lock.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which state")]

use std::time::Duration;

use tokio::time::sleep;

use crate::{
    model::{Owner, Ttl},
    store::{AcquireReply, LockStore},
    testing::{
        calls::{LONG, acquire, acquire_for, holder, try_acquire},
        say::{holds, is},
        stage::{Stage, State},
    },
};

pub(in crate::testing) async fn store_acquire__missing_same(at: Stage) {
    let (me, first) = at.bring(State::Missing).await;
    let second = acquire(at.other(), "k", &me).await;
    holds("the token of a grant after a release", second, second > first, &format!("above {first}"));
    at.is_untouched(State::Running, &me, second).await;
}

pub(in crate::testing) async fn store_acquire__missing_other(at: Stage) {
    let me = Owner::unique();
    let token = acquire(at.store(), "k", &me).await;
    at.is_untouched(State::Running, &me, token).await;
}

pub(in crate::testing) async fn store_acquire__running_same(at: Stage) {
    let (me, token) = at.bring(State::Running).await;
    is("`acquire` by the holder", try_acquire(at.other(), "k", &me, LONG).await, Some(token));
    at.is_untouched(State::Running, &me, token).await;
}

pub(in crate::testing) async fn store_acquire__running_other(at: Stage) {
    let (me, token) = at.bring(State::Running).await;
    is_held_for_others(&at).await;
    at.is_untouched(State::Running, &me, token).await;
}

pub(in crate::testing) async fn store_acquire__never_same(at: Stage) {
    let (me, token) = at.bring(State::Never).await;
    is("`acquire` by the holder", try_acquire(at.other(), "k", &me, at.short).await, Some(token));
    at.is_untouched(State::Never, &me, token).await;
    at.lapse().await;
    at.is_untouched(State::Never, &me, token).await;
}

pub(in crate::testing) async fn store_acquire__never_other(at: Stage) {
    let (me, token) = at.bring(State::Never).await;
    at.lapse().await;
    is_held_for_others(&at).await;
    at.is_untouched(State::Never, &me, token).await;
}

pub(in crate::testing) async fn store_acquire__lapsed_same(at: Stage) {
    let (me, first) = at.bring(State::Lapsed).await;
    let second = acquire(at.other(), "k", &me).await;
    holds("the token of a grant after a lapse", second, second > first, &format!("above {first}"));
    at.is_untouched(State::Running, &me, second).await;
}

pub(in crate::testing) async fn store_acquire__lapsed_other(at: Stage) {
    let (_, first) = at.bring(State::Lapsed).await;
    let next = Owner::unique();
    let second = acquire(at.other(), "k", &next).await;
    holds("the token of a grant after a lapse", second, second > first, &format!("above {first}"));
    at.is_untouched(State::Running, &next, second).await;
}

pub(in crate::testing) async fn store_acquire__running_same_for_less(at: Stage) {
    let (me, token) = at.bring(State::Running).await;
    let since = holder(at.store(), "k").await.expect("it is held").since;
    sleep(Duration::from_millis(5)).await;
    is("`acquire` by the holder", try_acquire(at.other(), "k", &me, at.short).await, Some(token));
    at.is_untouched(State::Running, &me, token).await;
    let held = holder(at.store(), "k").await.expect("it is held");
    is("since when it is held", held.since, since);
}

pub(in crate::testing) async fn store_acquire__running_same_for_more(at: Stage) {
    let (me, token) = at.bring(State::Running).await;
    is("`acquire` by the holder", try_acquire(at.other(), "k", &me, 2 * LONG).await, Some(token));
    let held = holder(at.store(), "k").await.expect("it is held");
    holds("the time that is left", held.remaining, held.remaining > Some(LONG), "the longer one");
    is("`acquire` by the holder", try_acquire(at.store(), "k", &me, Ttl::Never).await, Some(token));
    at.is_untouched(State::Never, &me, token).await;
}

pub(in crate::testing) async fn store_acquire__running_other_is_told_who_holds_it(at: Stage) {
    let (me, token) = at.bring(State::Running).await;
    // Twice: the second try may go another way than the first.
    for store in [at.other(), at.other(), at.store()] {
        let reply = store.acquire(acquire_for("k", &Owner::unique(), LONG)).await.expect("`acquire` answers");
        let AcquireReply::Held { remaining, holder } = &reply else {
            panic!("`acquire` by somebody else: the answer was {reply:?}, and must be that it is held")
        };
        let between = remaining.is_some_and(|left| left <= LONG && left > LONG / 2);
        holds("the time that is left", remaining, between, "about that of the holder");
        let Some(holder) = holder else { continue };
        is(
            "the holder",
            (&holder.owner, holder.label.as_str(), holder.token, holder.remaining),
            (&me, "case", token, *remaining),
        );
    }
}

pub(in crate::testing) async fn store_acquire__running_other_for_ever_changes_nothing(at: Stage) {
    let (me, token) = at.bring(State::Running).await;
    let reply = try_acquire(at.other(), "k", &Owner::unique(), Ttl::Never).await;
    is("`acquire` by somebody else", reply, None);
    at.is_untouched(State::Running, &me, token).await;
}

pub(in crate::testing) async fn store_acquire__running_other_until_it_lapses(at: Stage) {
    let (me, next) = (Owner::unique(), Owner::unique());
    let ttl = at.short;
    acquire_short(at.store(), &me, ttl).await;
    // Whoever polls gets it once it has lapsed, and not for having asked while it was held.
    let mut waited = Duration::ZERO;
    while try_acquire(at.other(), "k", &next, LONG).await.is_none() {
        holds("for how long it was held", waited, waited < at.margin + ttl, "about the ttl");
        sleep(ttl / 10).await;
        waited += ttl / 10;
    }
    is("who holds it", holder(at.store(), "k").await.map(|held| held.owner), Some(next));
}

pub(in crate::testing) async fn store_acquire__another_key(at: Stage) {
    let (me, token) = at.bring(State::Running).await;
    acquire(at.other(), "another", &Owner::unique()).await;
    acquire(at.store(), "k k", &Owner::unique()).await;
    at.is_untouched(State::Running, &me, token).await;
}

pub(in crate::testing) async fn store_acquire__for_a_century(at: Stage) {
    let me = Owner::unique();
    let granted = try_acquire(at.store(), "k", &me, Ttl::MAX).await;
    holds("`acquire` for 100 years", granted, granted.is_some(), "a grant");
    let held = holder(at.other(), "k").await.expect("it is held");
    holds("the time that is left", held.remaining, held.remaining > Some(LONG), "about 100 years");
}

pub(in crate::testing) async fn store_acquire__dropped_before_it_is_polled(at: Stage) {
    drop(at.store().acquire(acquire_for("k", &Owner::unique(), LONG)));
    at.is_free().await;
}

async fn is_held_for_others(at: &Stage) {
    let here = try_acquire(at.store(), "k", &Owner::unique(), LONG).await;
    is("`acquire` by somebody else", here, None);
    let elsewhere = try_acquire(at.other(), "k", &Owner::unique(), LONG).await;
    is("`acquire` by somebody else in another process", elsewhere, None);
}

async fn acquire_short(store: &dyn LockStore, owner: &Owner, ttl: Duration) {
    let granted = try_acquire(store, "k", owner, ttl).await;
    holds("`acquire` of a free lock", granted, granted.is_some(), "a grant");
}
