//! Taking locks, and the service.

use std::time::Duration;

use lockproof::AcquireError;

use crate::{
    drive::{Case, case, wants},
    faulty::{REPLY_LOST, UNAVAILABLE},
    world::World,
};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        wants(&["Lock::acquire"], "and dropping the guard", async |world: &World| {
            if let Some(ended) = world.dropped(world.lock().acquire()).await {
                drop(ended.expect("it comes free"));
            }
        }),
        wants(&["Lock::acquire"], "and releasing", async |world: &World| {
            if let Some(ended) = world.dropped(world.lock().acquire()).await {
                ended.expect("it comes free").release().await.expect("held");
            }
        }),
        wants(&["Lock::acquire"], "until the time is up", async |world: &World| {
            let hurried = world.lock().wait(Duration::from_millis(7));
            match world.dropped(hurried.acquire()).await {
                // A store that takes longer than that has not answered.
                Some(Err(AcquireError::Timeout { .. } | AcquireError::Store { .. })) | None => {}
                Some(ended) => drop(ended.expect("it comes free")),
            }
        }),
        wants(&["Lock::acquire"], "twice in a row", async |world: &World| {
            drop(world.dropped(world.lock().acquire()).await);
            drop(world.dropped(world.lock().acquire()).await);
        })
        .many(),
        wants(&["Lock::acquire"], "two at once", async |world: &World| {
            let one = async { drop(world.dropped(world.lock().acquire()).await) };
            let two = async { drop(world.dropped(world.lock().acquire()).await) };
            futures::join!(one, two);
        })
        .many(),
        wants(&["Lock::acquire"], "whose answer is lost", async |world: &World| {
            drop(world.dropped(world.lock().acquire()).await);
        })
        .troubled(REPLY_LOST),
        wants(&["Lock::acquire"], "that does not reach the store", async |world: &World| {
            drop(world.dropped(world.lock().acquire()).await);
        })
        .troubled(UNAVAILABLE),
        wants(&["Lock::acquire"], "of a lock that never expires", async |world: &World| {
            if let Some(ended) = world.dropped(world.lock().never_expires().acquire()).await {
                drop(ended.expect("it comes free"));
            }
        }),
        wants(&["Lock::acquire"], "with looks and retries that are counted", async |world: &World| {
            let counted = world.lock().attempts(2).delay("3ms").retry(3);
            if let Some(Ok(lease)) = world.dropped(counted.acquire()).await {
                drop(lease);
            }
        }),
        wants(&["Lock::try_acquire"], "once", async |world: &World| {
            if let Some(ended) = world.dropped(world.lock().try_acquire()).await {
                drop(ended.expect("an answer"));
            }
        }),
        wants(&["Lock::try_acquire"], "after an acquire that was dropped", async |world: &World| {
            drop(world.dropped(world.lock().acquire()).await);
            drop(world.dropped(world.lock().try_acquire()).await);
        })
        .many(),
        wants(&["Lock::acquire_within"], "a second", async |world: &World| {
            if let Some(ended) = world.dropped(world.lock().acquire_within("1s")).await {
                drop(ended.expect("it comes free"));
            }
        })
        .briefly(),
        case(&["Locks::drain"], "of a lock that was dropped", async |world: &World| {
            drop(world.held().await);
            world.dropped(world.locks.drain()).await;
        }),
        case(&["Locks::shutdown"], "with a lock that is held", async |world: &World| {
            let held = world.held().await;
            drop(world.locks.lock("another").acquire().await.expect("free"));
            world.closes();
            let shutdown = world.locks.shutdown(world.bound);
            if let Some(ended) = world.dropped(shutdown).await {
                ended.expect("all is released in time");
                assert!(held.is_lost());
            }
            if !held.is_lost() {
                // It was never begun.
                held.release().await.expect("held");
            }
        }),
    ]
}
