//! `LockStore::inspect`, in each state of the lock: asked through the holder's handle ("same") and through that of
//! another process ("other").
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which state")]

use std::time::Duration;

use crate::{
    model::{Owner, clock},
    store::LockStore,
    testing::{
        calls::{LONG, acquire, holder, rotate},
        say::{holds, is},
        stage::{Stage, State},
    },
};

pub(in crate::testing) async fn store_inspect__missing_same(at: Stage) {
    at.bring(State::Missing).await;
    is("`inspect` of what was released", holder(at.store(), "k").await, None);
}

pub(in crate::testing) async fn store_inspect__missing_other(at: Stage) {
    is("`inspect` of what nobody ever held", holder(at.other(), "k").await, None);
}

pub(in crate::testing) async fn store_inspect__running_same(at: Stage) {
    tells_the_holder(&at, State::Running, at.store()).await;
}

pub(in crate::testing) async fn store_inspect__running_other(at: Stage) {
    tells_the_holder(&at, State::Running, at.other()).await;
}

pub(in crate::testing) async fn store_inspect__never_same(at: Stage) {
    tells_the_holder(&at, State::Never, at.store()).await;
}

pub(in crate::testing) async fn store_inspect__never_other(at: Stage) {
    tells_the_holder(&at, State::Never, at.other()).await;
}

pub(in crate::testing) async fn store_inspect__lapsed_same(at: Stage) {
    at.bring(State::Lapsed).await;
    is("`inspect` of what has lapsed", holder(at.store(), "k").await, None);
}

pub(in crate::testing) async fn store_inspect__lapsed_other(at: Stage) {
    at.bring(State::Lapsed).await;
    is("`inspect` of what has lapsed", holder(at.other(), "k").await, None);
}

pub(in crate::testing) async fn store_inspect__lapsed_and_retaken(at: Stage) {
    at.bring(State::Lapsed).await;
    let next = Owner::unique();
    let token = acquire(at.other(), "k", &next).await;
    at.is_untouched(State::Running, &next, token).await;
}

pub(in crate::testing) async fn store_inspect__counts_down(at: Stage) {
    at.bring(State::Running).await;
    let before = holder(at.store(), "k").await.and_then(|held| held.remaining);
    let pause = at.short.max(Duration::from_millis(20));
    tokio::time::sleep(pause).await;
    let after = holder(at.store(), "k").await.and_then(|held| held.remaining);
    // Clocks may count in milliseconds.
    let gone = before.zip(after).and_then(|(before, after)| before.checked_sub(after));
    let enough = gone.is_some_and(|gone| gone + Duration::from_millis(5) >= pause);
    holds("how much less is left after a while", gone, enough, &format!("{pause:?}"));
}

pub(in crate::testing) async fn store_inspect__after_a_rotation(at: Stage) {
    let (me, _) = at.bring(State::Running).await;
    let heir = Owner::unique();
    let token = rotate(at.store(), "k", &me, &heir, None).await.expect("it is held");
    let held = holder(at.other(), "k").await.expect("it is held");
    is("the holder", (&held.owner, held.label.as_str(), held.token), (&heir, "heir", token));
}

async fn tells_the_holder(at: &Stage, state: State, store: &dyn LockStore) {
    let before = clock::wall();
    let (me, token) = at.bring(state).await;
    let held = holder(store, "k").await;
    let Some(held) = held else { panic!("`inspect`: the answer was nobody, and must be the holder") };
    is("the holder", (&held.owner, held.label.as_str(), held.token), (&me, "case", token));
    // The clock of the store may be that of another machine.
    let ago = held.since.duration_since(before).or_else(|_| before.duration_since(held.since));
    holds("since when it is held", held.since, ago.is_ok_and(|ago| ago < LONG), &format!("about {before:?}"));
    at.is_untouched(state, &me, token).await;
}
