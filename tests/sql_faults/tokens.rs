//! Whatever ends a lease, the next token of the lock is higher.

use std::{sync::Arc, time::Duration};

use lockproof::{
    Acquire, AcquireReply, FencingToken, ForceRelease, LockKey, LockStore, Owner, Release, ReleaseReply, Ttl,
};

use crate::{
    databases::{Make, Server, execute, prune, store},
    holder, in_runtime,
};

const GRANTS: u32 = 10_000;

pub(crate) fn rise(make: Make) {
    let server = Server::start(make);
    let url = server.database();
    in_runtime(async {
        let store = store(&url).await.expect("opens");
        let mut last = FencingToken::ZERO;
        let mut granted = 0;
        while granted < GRANTS {
            let ttl = if granted % 500 == 1 { Duration::from_millis(20) } else { Duration::from_secs(600) };
            let owner = Owner::unique();
            let token = acquire(&store, &owner, ttl).await;
            assert!(token > last, "{token} after {last}, grant {granted}");
            last = token;
            granted += 1;
            match granted {
                _ if granted % 500 == 2 => {} // it expires
                _ if granted % 10 == 3 => {
                    store.force_release(ForceRelease::new(key())).await.expect("forced");
                }
                _ => {
                    let reply = store.release(Release::new(key(), owner)).await.expect("released");
                    assert_eq!(reply, ReleaseReply::Released);
                }
            }
            match granted {
                2500 | 7500 => {
                    let (mut child, token) = holder::start(&url, "k", Duration::from_secs(1));
                    assert!(token > last, "{token} after {last}");
                    child.kill();
                    (last, granted) = (token, granted + 1);
                }
                3000 | 8000 => {
                    grow_old(make, &url).await;
                    let pruned = prune(&url, Duration::from_secs(3600)).await.expect("pruned");
                    assert_eq!(pruned, 1, "the row that remembers the last token");
                }
                4000 if make != Make::Sqlite => {
                    server.stop_cleanly();
                    server.restart();
                }
                6000 if make != Make::Sqlite => {
                    server.kill();
                    server.restart();
                }
                _ => {}
            }
        }
    });
}

/// Makes a row that was written two hours ago of the one that was just written.
async fn grow_old(make: Make, url: &str) {
    let then = match make {
        Make::MariaDb => "expires_at - INTERVAL 2 HOUR",
        Make::Postgres => "expires_at - interval '2 hours'",
        Make::Sqlite => "expires_at - 7200000",
    };
    let sql = format!("UPDATE lockproof_locks SET expires_at = {then}, token = token - 7200000000");
    execute(url, sql).await.expect("runs");
}

fn key() -> LockKey {
    LockKey::new("k").expect("legal")
}

/// Waits until the lease before this one has expired.
async fn acquire(store: &Arc<dyn LockStore>, owner: &Owner, ttl: Duration) -> FencingToken {
    let request = Acquire::new(key(), owner.clone(), "test".into(), Ttl::new(ttl).expect("legal"));
    loop {
        match store.acquire(request.clone()).await.expect("answers") {
            AcquireReply::Granted { token } => return token,
            AcquireReply::Held { .. } => tokio::time::sleep(Duration::from_millis(5)).await,
            other => panic!("{other:?}"),
        }
    }
}
