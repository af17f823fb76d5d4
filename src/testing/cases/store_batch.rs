//! `LockStore::extend_all` and `LockStore::release_all`.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which situation")]

use std::time::Duration;

use crate::{
    model::{Owner, Ttl},
    store::{Extend, ExtendReply, LockStore, Release, ReleaseReply},
    testing::{
        calls::{EXTENDED, LONG, acquire, holder, key, list, ttl},
        say::{holds, is},
        stage::{Stage, State},
    },
};

const KEYS: [&str; 4] = ["a", "b", "c", "d\"\\é'"];

pub(in crate::testing) async fn store_batch__extend_nothing(at: Stage) {
    is("`extend_all` of nothing", at.store().extend_all(Vec::new()).await.len(), 0);
}

pub(in crate::testing) async fn store_batch__release_nothing(at: Stage) {
    is("`release_all` of nothing", at.store().release_all(Vec::new()).await.len(), 0);
}

pub(in crate::testing) async fn store_batch__extend_in_order(at: Stage) {
    use ExtendReply::NotHeld;

    let (me, stranger) = hold_keys(&at).await;
    let batch = [("c", &me, LONG), ("x", &me, LONG), ("a", &stranger, 2 * LONG), (KEYS[3], &me, 2 * LONG)];
    let mut batch: Vec<_> = batch
        .into_iter()
        .map(|(text, owner, time)| Extend::new(key(text), owner.clone(), ttl(time)))
        .collect();
    batch.push(Extend::new(key("b"), me, Ttl::Never));
    is(
        "`extend_all`",
        extended(at.other(), batch).await,
        vec![EXTENDED, NotHeld, NotHeld, EXTENDED, EXTENDED],
    );
    for (text, must, right) in [
        ("a", "what it was", (|left| left <= Some(LONG) && left.is_some()) as fn(Option<Duration>) -> bool),
        ("b", "endless", |left| left.is_none()),
        (KEYS[3], "the new ttl", |left| left > Some(LONG)),
    ] {
        let left = holder(at.store(), text).await.expect("it is held").remaining;
        holds(&format!("the time that is left for {text:?}"), left, right(left), must);
    }
}

pub(in crate::testing) async fn store_batch__release_in_order(at: Stage) {
    use ReleaseReply::{NotHeld, Released};

    let (me, stranger) = hold_keys(&at).await;
    let batch = [("c", &stranger), ("c", &me), ("x", &me), ("a", &me), (KEYS[3], &me)];
    let batch = batch.map(|(text, owner)| Release::new(key(text), owner.clone()));
    let must = vec![NotHeld, Released, NotHeld, Released, Released];
    is("`release_all`", released(at.other(), batch.into()).await, must);
    is("what is still held", list(at.store(), "", None, 9).await, vec!["b".to_owned()]);
}

pub(in crate::testing) async fn store_batch__release_one_twice(at: Stage) {
    let (me, _) = at.bring(State::Running).await;
    let batch = vec![Release::new(key("k"), me.clone()), Release::new(key("k"), me)];
    let must = vec![ReleaseReply::Released, ReleaseReply::NotHeld];
    is("`release_all` of one lock twice", released(at.other(), batch).await, must);
    at.is_free().await;
}

pub(in crate::testing) async fn store_batch__extend_lapsed(at: Stage) {
    let (me, _) = at.bring(State::Lapsed).await;
    let batch = vec![Extend::new(key("k"), me, ttl(LONG))];
    is("`extend_all` of what has lapsed", extended(at.other(), batch).await, vec![ExtendReply::NotHeld]);
    at.is_free().await;
}

pub(in crate::testing) async fn store_batch__release_lapsed(at: Stage) {
    let (me, _) = at.bring(State::Lapsed).await;
    let batch = vec![Release::new(key("k"), me)];
    is("`release_all` of what has lapsed", released(at.other(), batch).await, vec![ReleaseReply::NotHeld]);
    at.is_free().await;
}

pub(in crate::testing) async fn store_batch__extend_lapsed_and_retaken(at: Stage) {
    let (me, _) = at.bring(State::Lapsed).await;
    let next = Owner::unique();
    let token = acquire(at.other(), "k", &next).await;
    let batch = vec![Extend::new(key("k"), me, Ttl::Never)];
    is("`extend_all` by the one before", extended(at.store(), batch).await, vec![ExtendReply::NotHeld]);
    at.is_untouched(State::Running, &next, token).await;
}

pub(in crate::testing) async fn store_batch__release_lapsed_and_retaken(at: Stage) {
    let (me, _) = at.bring(State::Lapsed).await;
    let next = Owner::unique();
    let token = acquire(at.other(), "k", &next).await;
    let batch = vec![Release::new(key("k"), me)];
    is("`release_all` by the one before", released(at.store(), batch).await, vec![ReleaseReply::NotHeld]);
    at.is_untouched(State::Running, &next, token).await;
}

pub(in crate::testing) async fn store_batch__a_hundred(at: Stage) {
    let me = Owner::unique();
    let texts: Vec<String> = (0..100).map(|n| format!("k:{n}")).collect();
    for text in &texts {
        acquire(at.store(), text, &me).await;
    }
    let batch = texts.iter().map(|text| Extend::new(key(text), me.clone(), ttl(2 * LONG))).collect();
    is("`extend_all` of a hundred", extended(at.other(), batch).await, vec![EXTENDED; 100]);
    let batch = texts.iter().map(|text| Release::new(key(text), me.clone())).collect();
    is("`release_all` of a hundred", released(at.other(), batch).await, vec![ReleaseReply::Released; 100]);
    is("what is still held", list(at.store(), "", None, 9).await.len(), 0);
}

/// Holds `KEYS`; the owner, and one who holds nothing.
async fn hold_keys(at: &Stage) -> (Owner, Owner) {
    let me = Owner::unique();
    for text in KEYS {
        acquire(at.store(), text, &me).await;
    }
    (me, Owner::unique())
}

async fn extended(store: &dyn LockStore, batch: Vec<Extend>) -> Vec<ExtendReply> {
    let replies = store.extend_all(batch).await;
    replies.into_iter().map(|reply| reply.expect("`extend_all` answers")).collect()
}

async fn released(store: &dyn LockStore, batch: Vec<Release>) -> Vec<ReleaseReply> {
    let replies = store.release_all(batch).await;
    replies.into_iter().map(|reply| reply.expect("`release_all` answers")).collect()
}
