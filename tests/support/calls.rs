//! Short ways to the calls of a lock store.

use std::time::{Duration, Instant};

use lockproof::{
    Acquire, AcquireReply, FencingToken, LockKey, LockStore, Owner, Release, ReleaseReply, StoreError, Ttl,
};

/// Long enough that nothing lapses by accident.
pub(crate) const LONG: Duration = Duration::from_secs(600);
/// How long the machine may be busy with something else.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn key(text: &str) -> LockKey {
    LockKey::new(text).expect("legal")
}

pub(crate) fn ttl(duration: Duration) -> Ttl {
    Ttl::new(duration).expect("legal")
}

pub(crate) async fn try_acquire(
    store: &dyn LockStore,
    text: &str,
    owner: &Owner,
    for_as_long: Duration,
) -> Result<AcquireReply, StoreError> {
    store.acquire(Acquire::new(key(text), owner.clone(), "case".into(), ttl(for_as_long))).await
}

pub(crate) async fn acquire_for(
    store: &dyn LockStore,
    text: &str,
    owner: &Owner,
    for_as_long: Duration,
) -> FencingToken {
    match try_acquire(store, text, owner, for_as_long).await.expect("answers") {
        AcquireReply::Granted { token } => token,
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn acquire(store: &dyn LockStore, text: &str, owner: &Owner) -> FencingToken {
    acquire_for(store, text, owner, LONG).await
}

pub(crate) async fn is_held(store: &dyn LockStore, text: &str) {
    let reply = try_acquire(store, text, &Owner::unique(), LONG).await.expect("answers");
    assert!(matches!(reply, AcquireReply::Held { .. }), "{reply:?}");
}

pub(crate) async fn release(store: &dyn LockStore, text: &str, owner: &Owner) -> ReleaseReply {
    store.release(Release::new(key(text), owner.clone())).await.expect("answers")
}

/// Waits until it is true, which it must become soon.
pub(crate) async fn soon(what: &str, mut is_true: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !is_true().await {
        assert!(begun.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
