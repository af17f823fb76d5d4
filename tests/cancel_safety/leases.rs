//! Locks that are held, by name and with an entity.

use std::time::Duration;

use lockproof::{Deadline, Lease, LockOptions, Locked, ReleaseError};

use crate::{
    drive::{Case, case},
    faulty::{REPLY_LOST, UNAVAILABLE},
    world::World,
};

/// Short enough to be waited for, long enough for a store to answer in.
const SHORT: &str = "300ms";

pub(crate) fn cases() -> Vec<Case> {
    vec![
        case(&["Lease::release"], "of a lock that is held", async |world: &World| {
            let held = world.held().await;
            if let Some(ended) = world.dropped(held.release()).await {
                ended.expect("held");
            }
        }),
        case(&["Lease::release"], "of a lease that has lapsed", async |world: &World| {
            let held = lapsed(world).await;
            if let Some(ended) = world.dropped(held.release()).await {
                assert!(matches!(ended, Err(ReleaseError::Lost { .. })), "{ended:?}");
            }
        }),
        case(&["Lease::release"], "whose answer is lost", async |world: &World| {
            drop(world.dropped(world.held().await.release()).await);
        })
        .troubled(REPLY_LOST),
        case(&["Lease::release"], "that does not reach the store", async |world: &World| {
            drop(world.dropped(world.held().await.release()).await);
        })
        .troubled(UNAVAILABLE),
        case(&["Lease::release"], "and then an acquire", async |world: &World| {
            let held = world.held().await;
            drop(world.dropped(held.release()).await);
            drop(world.dropped(world.lock().acquire()).await);
        })
        .many(),
        case(&["Lease::extend", "Extending"], "of a lock that is held", async |world: &World| {
            let held = world.held().await;
            if let Some(ended) = world.dropped(held.extend(None)).await {
                ended.expect("held");
            }
            still_held(held).await;
        }),
        case(&["Lease::extend", "Extending"], "twice in a row", async |world: &World| {
            let held = world.held().await;
            drop(world.dropped(held.extend(None)).await);
            drop(world.dropped(held.extend(None)).await);
            still_held(held).await;
        })
        .many(),
        case(&["Lease::extend", "Extending"], "of a lease that has lapsed", async |world: &World| {
            let held = lapsed(world).await;
            drop(world.dropped(held.extend(None)).await);
            assert!(held.is_lost());
            held.release().await.expect_err("lost");
        }),
        case(&["Lease::lost"], "until the lease has lapsed", async |world: &World| {
            let lock = world.lock().ttl(SHORT);
            let held = lock.acquire().await.expect("free");
            let lost = world.dropped(held.lost()).await.is_some();
            assert!(held.is_lost() || !lost);
        }),
        case(&["Lease::until_asked"], "until somebody asks", async |world: &World| {
            let held = world.held().await;
            let asked = world.asked_soon();
            if let Some(reason) = world.dropped(held.until_asked()).await {
                assert_eq!(reason.as_str(), "a reason");
            }
            asked.await.expect("no panic").expect("answers");
            held.release().await.expect("held");
        }),
        case(&["Locked::until_asked"], "until somebody asks", async |world: &World| {
            let account = world.accounts.lock(&1).await.expect("free");
            let asked = world.asked_soon();
            if let Some(reason) = world.dropped(Locked::until_asked(&account)).await {
                assert_eq!(reason.as_str(), "a reason");
            }
            asked.await.expect("no panic").expect("answers");
            Locked::release(account).await.expect("held");
        })
        .on("account:1"),
        case(&["Deadline::passed"], "of a short ttl", async |world: &World| {
            let deadline = Deadline::after(SHORT.parse().expect("a valid ttl"));
            let passed = world.dropped(deadline.passed()).await.is_some();
            assert!(deadline.has_passed() || !passed);
        }),
        case(&["Locked::release"], "of an entity", async |world: &World| {
            let account = world.accounts.lock(&1).await.expect("free");
            if let Some(ended) = world.dropped(Locked::release(account)).await {
                ended.expect("held");
            }
        })
        .on("account:1"),
        case(&["Locked::extend", "Extending"], "of an entity", async |world: &World| {
            let account = world.accounts.lock(&1).await.expect("free");
            if let Some(ended) = world.dropped(Locked::extend(&account, None)).await {
                ended.expect("held");
            }
            Locked::extend(&account, None).await.expect("held");
            Locked::release(account).await.expect("held");
        })
        .on("account:1"),
        case(&["Locked::lost"], "until the lock has lapsed", async |world: &World| {
            let options = LockOptions::new().ttl(SHORT);
            let account = world.accounts.lock_with(&1, options).await.expect("free");
            let lost = world.dropped(Locked::lost(&account)).await.is_some();
            assert!(Locked::is_lost(&account) || !lost);
        })
        .on("account:1"),
    ]
}

/// A lease that has just lapsed, and that nobody has retaken.
async fn lapsed(world: &World) -> Lease {
    let held = world.lock().ttl(SHORT).acquire().await.expect("free");
    held.lost().await;
    // The store lets it go a little later.
    tokio::time::sleep(Duration::from_millis(20)).await;
    held
}

/// The guard is as good as before.
async fn still_held(held: Lease) {
    assert!(!held.is_lost());
    held.extend(None).await.expect("held");
    held.release().await.expect("held");
}
