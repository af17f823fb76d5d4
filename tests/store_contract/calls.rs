//! Short ways to the calls of a store.

use std::time::Duration;

use lockproof::{
    Acquire, AcquireReply, AskRelease, AskReply, Extend, ExtendReply, FencingToken, ForceRelease, ForceReply,
    Holder, Inspect, Label, List, LockKey, LockStore, Owner, Release, ReleaseReply, Rotate, RotateReply, Ttl,
};

/// Long enough that nothing lapses by accident.
pub(crate) const LONG: Duration = Duration::from_secs(600);
/// Short enough to wait for.
pub(crate) const SHORT: Duration = Duration::from_millis(60);
/// The answer to an extension of a lock that nobody has asked for.
pub(crate) const EXTENDED: ExtendReply = ExtendReply::Extended { asked: None };

pub(crate) fn key(text: &str) -> LockKey {
    LockKey::new(text).expect("legal")
}

pub(crate) fn ttl(duration: Duration) -> Ttl {
    Ttl::new(duration).expect("legal")
}

pub(crate) fn acquire_for(text: &str, owner: &Owner, ttl: Ttl) -> Acquire {
    Acquire::new(key(text), owner.clone(), Label::from("case"), ttl)
}

pub(crate) async fn try_acquire(
    store: &dyn LockStore,
    text: &str,
    owner: &Owner,
    ttl: Ttl,
) -> Option<FencingToken> {
    match store.acquire(acquire_for(text, owner, ttl)).await.expect("answers") {
        AcquireReply::Granted { token } => Some(token),
        AcquireReply::Held { .. } => None,
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn acquire(store: &dyn LockStore, text: &str, owner: &Owner) -> FencingToken {
    try_acquire(store, text, owner, ttl(LONG)).await.expect("free")
}

pub(crate) async fn release(store: &dyn LockStore, text: &str, owner: &Owner) -> ReleaseReply {
    store.release(Release::new(key(text), owner.clone())).await.expect("answers")
}

pub(crate) async fn extend(store: &dyn LockStore, text: &str, owner: &Owner, ttl: Ttl) -> ExtendReply {
    store.extend(Extend::new(key(text), owner.clone(), ttl)).await.expect("answers")
}

pub(crate) async fn rotate(
    store: &dyn LockStore,
    text: &str,
    from: &Owner,
    to: &Owner,
    above: Option<FencingToken>,
) -> Option<FencingToken> {
    let request = Rotate::new(key(text), from.clone(), to.clone(), "heir".into(), ttl(LONG), above);
    match store.rotate(request).await.expect("answers") {
        RotateReply::Granted { token } => Some(token),
        RotateReply::NotHeld => None,
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn force(store: &dyn LockStore, text: &str) -> Option<FencingToken> {
    match store.force_release(ForceRelease::new(key(text))).await.expect("answers") {
        ForceReply::Forced { token } => Some(token),
        ForceReply::NotHeld => None,
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn ask(store: &dyn LockStore, text: &str, reason: &str) -> AskReply {
    store.ask_release(AskRelease::new(key(text), reason.into())).await.expect("answers")
}

pub(crate) async fn holder(store: &dyn LockStore, text: &str) -> Option<Holder> {
    store.inspect(Inspect::new(key(text))).await.expect("answers")
}

pub(crate) async fn list(
    store: &dyn LockStore,
    prefix: &str,
    after: Option<&str>,
    limit: usize,
) -> Vec<String> {
    let held = store.list(List::new(prefix.into(), after.map(key), limit)).await.expect("answers");
    held.iter().map(|line| line.key.to_string()).collect()
}
