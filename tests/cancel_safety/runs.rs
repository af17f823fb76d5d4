//! Code under a lock.

use std::{cell::Cell, future::pending};

use lockproof::RunError;
use tokio::task::yield_now;

use crate::{
    drive::{Case, case, wants},
    world::World,
};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        wants(&["Lock::run"], "to its end", async |world: &World| {
            let lock = world.lock();
            let run = lock.run(async |lease| {
                yield_now().await;
                lease.fence()
            });
            if let Some(ended) = world.dropped(run).await {
                ended.expect("it comes free");
            }
        }),
        wants(&["Lock::run"], "twice in a row", async |world: &World| {
            drop(world.dropped(world.lock().run(async |_| yield_now().await)).await);
            drop(world.dropped(world.lock().run(async |_| yield_now().await)).await);
        })
        .many(),
        case(&["Lock::run"], "until the lock is lost", async |world: &World| {
            let lock = world.lock().ttl("300ms");
            let run = lock.run(async |_| pending::<()>().await);
            if let Some(ended) = world.dropped(run).await {
                assert!(matches!(ended, Err(RunError::Lost { .. })), "{ended:?}");
            }
        }),
        wants(&["Lock::try_run"], "to its end", async |world: &World| {
            if let Some(ended) = world.dropped(world.lock().try_run(async |_| yield_now().await)).await {
                ended.expect("an answer");
            }
        }),
        wants(&["Lock::run_retrying"], "until the third time", async |world: &World| {
            let (lock, times) = (world.lock(), Cell::new(0));
            let run = lock.run_retrying(5, async |_| {
                yield_now().await;
                times.set(times.get() + 1);
                if times.get() < 3 { Err(()) } else { Ok(()) }
            });
            if let Some(ended) = world.dropped(run).await {
                assert_eq!((ended.expect("it comes free"), times.get()), (Ok(()), 3));
            }
        }),
    ]
}
