//! A wish is left with the store, for the holder to find.

use lockproof::{AskReply, Extend, ExtendReply, LockStore, Owner, ReleaseReply};
use tokio::time::sleep;

use super::calls::{
    EXTENDED, LONG, SHORT, acquire, ask, extend, force, holder, key, release, rotate, try_acquire, ttl,
};

/// What the holder was asked, as everybody sees it.
async fn asked(store: &dyn LockStore, text: &str) -> Option<String> {
    holder(store, text).await.expect("held").asked.map(|reason| reason.to_string())
}

pub(crate) async fn nobody_is_asked_where_nobody_holds(store: &dyn LockStore, other: &dyn LockStore) {
    assert!(store.capabilities().asking);
    assert_eq!(ask(store, "k", "early").await, AskReply::NotHeld);
    let me = Owner::unique();
    try_acquire(store, "k", &me, ttl(SHORT)).await.expect("free");
    assert_eq!(asked(other, "k").await, None);
    sleep(2 * SHORT).await;
    assert_eq!(ask(other, "k", "too late").await, AskReply::NotHeld);
    acquire(store, "k", &me).await;
    assert_eq!(asked(other, "k").await, None);
    release(store, "k", &me).await;
    assert_eq!(ask(other, "k", "too late").await, AskReply::NotHeld);
}

pub(crate) async fn a_wish_changes_nothing_else(store: &dyn LockStore, other: &dyn LockStore) {
    let me = Owner::unique();
    try_acquire(store, "k", &me, ttl(3 * SHORT)).await.expect("free");
    let before = holder(store, "k").await.expect("held");
    assert_eq!(ask(other, "k", "the cashier waits").await, AskReply::Asked);
    let after = holder(store, "k").await.expect("held");
    assert!(after.remaining <= before.remaining, "{after:?}");
    assert_eq!(
        (&after.owner, &after.label, after.token, after.since),
        (&before.owner, &before.label, before.token, before.since)
    );
    assert_eq!(try_acquire(other, "k", &Owner::unique(), ttl(LONG)).await, None);
    acquire(store, "another", &Owner::unique()).await;
    assert_eq!(asked(store, "another").await, None);
}

pub(crate) async fn a_later_reason_takes_the_place_of_an_earlier_one(
    store: &dyn LockStore,
    other: &dyn LockStore,
) {
    acquire(store, "k", &Owner::unique()).await;
    for reason in ["first", "'; DROP TABLE x; --", "é \u{1F600}", "", &"x".repeat(255)] {
        assert_eq!(ask(other, "k", reason).await, AskReply::Asked);
        assert_eq!(asked(store, "k").await.as_deref(), Some(reason));
    }
}

pub(crate) async fn an_extension_tells_the_wish(store: &dyn LockStore, other: &dyn LockStore) {
    let me = Owner::unique();
    for text in ["a", "b"] {
        acquire(store, text, &me).await;
    }
    assert_eq!(extend(store, "a", &me, ttl(LONG)).await, EXTENDED);
    ask(other, "a", "please").await;
    let told = ExtendReply::Extended { asked: Some("please".into()) };
    for _ in 0..2 {
        assert_eq!(extend(store, "a", &me, ttl(LONG)).await, told, "each time, for an answer may be lost");
    }
    assert_eq!(extend(store, "a", &Owner::unique(), ttl(LONG)).await, ExtendReply::NotHeld);
    let batch = ["b", "a"].map(|text| Extend::new(key(text), me.clone(), ttl(LONG)));
    let replies = store.extend_all(batch.into()).await;
    let replies: Vec<_> = replies.into_iter().map(|reply| reply.expect("answers")).collect();
    assert_eq!(replies, [EXTENDED, told]);
}

pub(crate) async fn a_holder_is_asked_for_as_long_as_it_has_the_lock(
    store: &dyn LockStore,
    other: &dyn LockStore,
) {
    let me = Owner::unique();
    let token = acquire(store, "k", &me).await;
    ask(other, "k", "please").await;
    assert_eq!(try_acquire(store, "k", &me, ttl(LONG)).await, Some(token), "the same grant");
    assert_eq!(asked(other, "k").await.as_deref(), Some("please"));
    rotate(store, "k", &me, &me, Some(token)).await.expect("its token is raised");
    assert_eq!(asked(other, "k").await.as_deref(), Some("please"));
    extend(store, "k", &me, ttl(LONG)).await;
    assert_eq!(asked(other, "k").await.as_deref(), Some("please"));
}

pub(crate) async fn a_wish_goes_with_the_grant(store: &dyn LockStore, other: &dyn LockStore) {
    let (me, heir) = (Owner::unique(), Owner::unique());
    acquire(store, "k", &me).await;
    ask(other, "k", "please").await;
    rotate(store, "k", &me, &heir, None).await.expect("held");
    assert_eq!(asked(other, "k").await, None, "handed over");
    ask(other, "k", "please").await;
    assert_eq!(release(store, "k", &heir).await, ReleaseReply::Released);
    acquire(store, "k", &heir).await;
    assert_eq!(asked(other, "k").await, None, "released");
    ask(other, "k", "please").await;
    force(store, "k").await.expect("held");
    try_acquire(store, "k", &heir, ttl(SHORT)).await.expect("free");
    assert_eq!(asked(other, "k").await, None, "freed by force");
    ask(other, "k", "please").await;
    sleep(2 * SHORT).await;
    acquire(store, "k", &heir).await;
    assert_eq!(asked(other, "k").await, None, "lapsed");
    assert_eq!(extend(store, "k", &heir, ttl(LONG)).await, EXTENDED);
}
