//! Short ways to the calls of a store.

use std::time::Duration;

use crate::{
    model::{FencingToken, IntoTtl, Label, LockKey, Owner, Ttl},
    store::{
        Acquire, AcquireReply, AskRelease, AskReply, Extend, ExtendReply, ForceRelease, ForceReply, Holder,
        Inspect, List, LockStore, Release, ReleaseReply, Rotate, RotateReply,
    },
};

/// Long enough that nothing lapses by accident.
pub(super) const LONG: Duration = Duration::from_secs(600);

/// The answer to an extension of a lock that nobody has asked for.
pub(super) const EXTENDED: ExtendReply = ExtendReply::Extended { asked: None };

pub(super) fn key(text: &str) -> LockKey {
    LockKey::new(text).expect("the cases use legal keys")
}

pub(super) fn ttl(ttl: impl IntoTtl) -> Ttl {
    ttl.into_ttl().expect("the cases use legal durations")
}

pub(super) fn acquire_for(text: &str, owner: &Owner, for_as_long: impl IntoTtl) -> Acquire {
    Acquire::new(key(text), owner.clone(), Label::from("case"), ttl(for_as_long))
}

pub(super) async fn try_acquire(
    store: &dyn LockStore,
    text: &str,
    owner: &Owner,
    for_as_long: impl IntoTtl,
) -> Option<FencingToken> {
    match store.acquire(acquire_for(text, owner, for_as_long)).await.expect("`acquire` answers") {
        AcquireReply::Granted { token } => Some(token),
        AcquireReply::Held { .. } => None,
    }
}

/// Takes what must be free.
pub(super) async fn acquire(store: &dyn LockStore, text: &str, owner: &Owner) -> FencingToken {
    try_acquire(store, text, owner, LONG).await.unwrap_or_else(|| {
        panic!("`acquire` of {text:?}: the answer was that somebody else holds it, and must be a grant")
    })
}

pub(super) async fn release(store: &dyn LockStore, text: &str, owner: &Owner) -> ReleaseReply {
    store.release(Release::new(key(text), owner.clone())).await.expect("`release` answers")
}

/// Releases what must be held.
pub(super) async fn is_released(store: &dyn LockStore, text: &str, owner: &Owner) {
    super::say::is("`release` by the holder", release(store, text, owner).await, ReleaseReply::Released);
}

pub(super) async fn extend(
    store: &dyn LockStore,
    text: &str,
    owner: &Owner,
    for_as_long: impl IntoTtl,
) -> ExtendReply {
    store.extend(Extend::new(key(text), owner.clone(), ttl(for_as_long))).await.expect("`extend` answers")
}

/// A rotation for `LONG`, under the label `heir`.
pub(super) fn rotation(text: &str, from: &Owner, to: &Owner, above: Option<FencingToken>) -> Rotate {
    Rotate::new(key(text), from.clone(), to.clone(), "heir".into(), ttl(LONG), above)
}

pub(super) async fn rotate(
    store: &dyn LockStore,
    text: &str,
    from: &Owner,
    to: &Owner,
    above: Option<FencingToken>,
) -> Option<FencingToken> {
    match store.rotate(rotation(text, from, to, above)).await.expect("`rotate` answers") {
        RotateReply::Granted { token } => Some(token),
        RotateReply::NotHeld => None,
    }
}

pub(super) async fn force(store: &dyn LockStore, text: &str) -> Option<FencingToken> {
    match store.force_release(ForceRelease::new(key(text))).await.expect("`force_release` answers") {
        ForceReply::Forced { token } => Some(token),
        ForceReply::NotHeld => None,
    }
}

pub(super) async fn ask(store: &dyn LockStore, text: &str, reason: &str) -> AskReply {
    store.ask_release(AskRelease::new(key(text), reason.into())).await.expect("`ask_release` answers")
}

pub(super) async fn holder(store: &dyn LockStore, text: &str) -> Option<Holder> {
    store.inspect(Inspect::new(key(text))).await.expect("`inspect` answers")
}

/// The listed keys; in order also if the store's are not.
pub(super) async fn list(
    store: &dyn LockStore,
    prefix: &str,
    after: Option<&str>,
    limit: usize,
) -> Vec<String> {
    let held = store.list(List::new(prefix.into(), after.map(key), limit)).await.expect("`list` answers");
    let mut keys: Vec<String> = held.iter().map(|line| line.key.to_string()).collect();
    if !store.capabilities().ordered_list {
        keys.sort();
    }
    keys
}
