//! Short ways to the calls of a store.

use std::time::Duration;

use lockproof::{Acquire, AcquireReply, FencingToken, LockKey, LockStore, Owner, Release, ReleaseReply, Ttl};

/// Long enough that nothing lapses by accident.
pub(crate) const LONG: Duration = Duration::from_secs(600);

pub(crate) fn key(text: &str) -> LockKey {
    LockKey::new(text).expect("legal")
}

pub(crate) fn ttl(duration: Duration) -> Ttl {
    Ttl::new(duration).expect("legal")
}

pub(crate) async fn acquire(store: &dyn LockStore, text: &str, owner: &Owner) -> FencingToken {
    let request = Acquire::new(key(text), owner.clone(), "case".into(), ttl(LONG));
    match store.acquire(request).await.expect("answers") {
        AcquireReply::Granted { token } => token,
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn release(store: &dyn LockStore, text: &str, owner: &Owner) -> ReleaseReply {
    store.release(Release::new(key(text), owner.clone())).await.expect("answers")
}
