//! `LockStore::ask_release`: a wish is left with the store, for the holder to find.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which state")]

use crate::{
    model::Owner,
    store::{AskReply, Extend, ExtendReply},
    testing::{
        calls::{
            EXTENDED, LONG, acquire, ask, extend, force, holder, is_released, key, rotate, try_acquire, ttl,
        },
        say::is,
        stage::{Stage, State},
    },
};

pub(in crate::testing) async fn store_asking__missing(at: Stage) {
    is("`ask_release` where nobody ever held it", ask(at.store(), "k", "early").await, AskReply::NotHeld);
    let (me, _) = at.bring(State::Missing).await;
    is("`ask_release` of what was released", ask(at.other(), "k", "late").await, AskReply::NotHeld);
    acquire(at.store(), "k", &me).await;
    is_asked(&at, None).await;
}

pub(in crate::testing) async fn store_asking__running(at: Stage) {
    asks_and_changes_nothing_else(&at, State::Running).await;
}

pub(in crate::testing) async fn store_asking__never(at: Stage) {
    asks_and_changes_nothing_else(&at, State::Never).await;
}

pub(in crate::testing) async fn store_asking__lapsed(at: Stage) {
    let (me, _) = at.bring(State::Lapsed).await;
    is("`ask_release` of what has lapsed", ask(at.other(), "k", "late").await, AskReply::NotHeld);
    acquire(at.store(), "k", &me).await;
    is_asked(&at, None).await;
}

pub(in crate::testing) async fn store_asking__again(at: Stage) {
    at.bring(State::Running).await;
    for reason in ["first", "'; DROP TABLE x; --", "é \u{1F600}", "", &"x".repeat(255)] {
        is("`ask_release` of what is held", ask(at.other(), "k", reason).await, AskReply::Asked);
        is_asked(&at, Some(reason)).await;
    }
}

pub(in crate::testing) async fn store_asking__told_by_an_extension(at: Stage) {
    let (me, _) = at.bring(State::Running).await;
    is("`extend` before somebody asks", extend(at.store(), "k", &me, LONG).await, EXTENDED);
    ask(at.other(), "k", "please").await;
    for turn in ["first", "second, for an answer may be lost"] {
        let told = extend(at.store(), "k", &me, LONG).await;
        is(&format!("`extend` after that, the {turn}"), told, asked("please"));
    }
    is("`extend` by a stranger", extend(at.store(), "k", &Owner::unique(), LONG).await, ExtendReply::NotHeld);
}

pub(in crate::testing) async fn store_asking__told_by_a_batch(at: Stage) {
    let (me, _) = at.bring(State::Running).await;
    acquire(at.store(), "another", &me).await;
    ask(at.other(), "k", "please").await;
    let batch = ["another", "k"].map(|text| Extend::new(key(text), me.clone(), ttl(LONG)));
    let replies = at.store().extend_all(batch.into()).await;
    let replies: Vec<_> = replies.into_iter().map(|reply| reply.expect("`extend_all` answers")).collect();
    is("`extend_all`", replies, vec![EXTENDED, asked("please")]);
}

pub(in crate::testing) async fn store_asking__stays_with_the_grant(at: Stage) {
    let (me, token) = at.bring(State::Running).await;
    ask(at.other(), "k", "please").await;
    is("`acquire` by the holder", try_acquire(at.store(), "k", &me, LONG).await, Some(token));
    is_asked(&at, Some("please")).await;
    rotate(at.store(), "k", &me, &me, Some(token)).await.expect("its token is raised");
    is_asked(&at, Some("please")).await;
    extend(at.store(), "k", &me, LONG).await;
    is_asked(&at, Some("please")).await;
}

pub(in crate::testing) async fn store_asking__goes_with_a_hand_over(at: Stage) {
    let (me, _) = at.bring(State::Running).await;
    ask(at.other(), "k", "please").await;
    rotate(at.store(), "k", &me, &Owner::unique(), None).await.expect("it is held");
    is_asked(&at, None).await;
}

pub(in crate::testing) async fn store_asking__goes_with_a_release(at: Stage) {
    let (me, _) = at.bring(State::Running).await;
    ask(at.other(), "k", "please").await;
    is_released(at.store(), "k", &me).await;
    acquire(at.store(), "k", &me).await;
    is_asked(&at, None).await;
}

pub(in crate::testing) async fn store_asking__goes_with_a_forced_release(at: Stage) {
    let (me, _) = at.bring(State::Running).await;
    ask(at.other(), "k", "please").await;
    force(at.other(), "k").await.expect("it is held");
    acquire(at.store(), "k", &me).await;
    is_asked(&at, None).await;
}

pub(in crate::testing) async fn store_asking__goes_with_a_lapse(at: Stage) {
    let me = Owner::unique();
    // Long enough that the wish comes in time on a busy machine.
    let ttl = at.short + at.margin;
    try_acquire(at.store(), "k", &me, ttl).await.expect("it is free");
    is("`ask_release` of what is held", ask(at.other(), "k", "please").await, AskReply::Asked);
    tokio::time::sleep(ttl + at.short).await;
    acquire(at.store(), "k", &me).await;
    is_asked(&at, None).await;
    is("`extend`", extend(at.store(), "k", &me, LONG).await, EXTENDED);
}

async fn asks_and_changes_nothing_else(at: &Stage, state: State) {
    let (me, token) = at.bring(state).await;
    acquire(at.store(), "another", &me).await;
    let since = holder(at.store(), "k").await.map(|held| held.since);
    is("`ask_release` of what is held", ask(at.other(), "k", "please").await, AskReply::Asked);
    at.is_untouched(state, &me, token).await;
    is("since when it is held", holder(at.store(), "k").await.map(|held| held.since), since);
    is_asked(at, Some("please")).await;
    let another = holder(at.store(), "another").await.and_then(|held| held.asked);
    is("what the holder of another lock is asked", another, None);
}

/// What the holder of the lock `k` is asked, as both processes see it.
async fn is_asked(at: &Stage, reason: Option<&str>) {
    for store in [at.store(), at.other()] {
        let held = holder(store, "k").await.expect("it is held");
        is("what the holder is asked", held.asked.as_ref().map(|asked| asked.as_str()), reason);
    }
}

fn asked(reason: &str) -> ExtendReply {
    ExtendReply::Extended { asked: Some(reason.into()) }
}
