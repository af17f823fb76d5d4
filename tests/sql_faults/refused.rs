//! The server is there and does not write.

use std::sync::Arc;

use lockproof::{
    Acquire, AcquireReply, Inspect, LockKey, LockStore, Owner, Release, ReleaseReply, StoreError,
    StoreErrorKind, Ttl,
};

use crate::{
    databases::{Make, Server, store},
    in_runtime,
    small::Small,
};

fn key(text: &str) -> LockKey {
    LockKey::new(text).expect("legal")
}

async fn acquire(store: &Arc<dyn LockStore>, text: &str, owner: &Owner) -> Result<AcquireReply, StoreError> {
    store.acquire(Acquire::new(key(text), owner.clone(), "test".into(), Ttl::Never)).await
}

async fn release(store: &Arc<dyn LockStore>, text: &str, owner: &Owner) -> ReleaseReply {
    store.release(Release::new(key(text), owner.clone())).await.expect("released")
}

pub(crate) fn read_only(make: Make) {
    let server = Server::start(make);
    let url = server.plain_user(&server.database());
    in_runtime(async {
        let store = store(&url).await.expect("opens");
        let me = Owner::unique();
        acquire(&store, "held", &me).await.expect("granted");
        server.set_read_only(&url, true);
        // First, since it may have to find out that connections were cut.
        let seen = store.inspect(Inspect::new(key("held"))).await.expect("it can be read");
        assert_eq!(seen.map(|holder| holder.owner), Some(me.clone()));
        let error = acquire(&store, "k", &me).await.expect_err("read-only");
        assert_eq!(error.kind(), StoreErrorKind::Misconfigured, "{error}");
        assert!(error.to_string().contains("read-only"), "{error}");
        crate::databases::store(&url).await.expect("the table is there, so nothing has to be written");

        server.set_read_only(&url, false);
        acquire(&store, "k", &me).await.expect("granted");
        assert_eq!(release(&store, "held", &me).await, ReleaseReply::Released);
    });
}

/// What a full SQLite file does is in `tests/sqlite_store`.
pub(crate) fn full(make: Make) {
    let Some(small) = Small::start(make) else {
        eprintln!("not tested: this machine does not let us mount a small disk");
        return;
    };
    in_runtime(async {
        let store = store(&small.url).await.expect("opens");
        let me = Owner::unique();
        acquire(&store, "first", &me).await.expect("granted");
        let mut held = vec!["first".to_owned()];
        small.disk.fill();
        let error = loop {
            assert!(held.len() < 10_000, "it never becomes full");
            // Long keys fill it sooner.
            let name = format!("{:0>400}", held.len());
            match acquire(&store, &name, &me).await {
                Ok(_) => held.push(name),
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), StoreErrorKind::Rejected, "{error}");
        assert!(error.to_string().contains("full"), "{error}");
        for name in &held {
            assert_eq!(release(&store, name, &me).await, ReleaseReply::Released, "{name}");
        }
        // Their rows stay, and so there is room for those locks.
        acquire(&store, "first", &me).await.expect("granted");
    });
}
