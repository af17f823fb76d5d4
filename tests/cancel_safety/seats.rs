//! Locks with an owner of the user's own: dropping a guard does not release them, nor does an acquire that was dropped.

use lockproof::{Lease, Lock};

use crate::{
    drive::{Case, case, wants},
    world::World,
};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        wants(&["Lock::acquire"], "of a seat", async |world: &World| {
            drop(world.dropped(seat(world).acquire()).await);
            vacate(world).await;
        }),
        case(&["Lock::acquire"], "of a seat that is taken by its owner", async |world: &World| {
            let token = taken(world).await.fence();
            if let Some(ended) = world.dropped(seat(world).acquire()).await {
                assert_eq!(ended.expect("it is the owner's").fence(), token);
            }
            vacate(world).await;
        }),
        wants(&["Lock::try_acquire"], "of a seat", async |world: &World| {
            drop(world.dropped(seat(world).try_acquire()).await);
            vacate(world).await;
        }),
        wants(&["Lock::run"], "in a seat", async |world: &World| {
            drop(world.dropped(seat(world).run(async |_| tokio::task::yield_now().await)).await);
            vacate(world).await;
        })
        .briefly(),
        case(&["Lock::run"], "in a seat that is taken by its owner", async |world: &World| {
            let token = taken(world).await.fence();
            let seat = seat(world);
            let run = seat.run(async |_| tokio::task::yield_now().await);
            if let Some(ended) = world.dropped(run).await {
                ended.expect("it is the owner's");
            }
            assert_eq!(vacate(world).await, Some(token));
        }),
        case(&["Lock::adopt"], "of a seat", async |world: &World| {
            let token = taken(world).await.fence();
            if let Some(ended) = world.dropped(seat(world).adopt()).await {
                assert_eq!(ended.expect("answers").expect("it is taken").fence(), token);
            }
            assert_eq!(vacate(world).await, Some(token));
        }),
        case(&["Lease::extend", "Extending"], "of a seat", async |world: &World| {
            let held = taken(world).await;
            if let Some(ended) = world.dropped(held.extend("20s")).await {
                ended.expect("held");
            }
            assert_eq!(vacate(world).await, Some(held.fence()));
        }),
        case(&["Lease::release"], "of a seat", async |world: &World| {
            let held = taken(world).await;
            if let Some(ended) = world.dropped(held.release()).await {
                ended.expect("held");
            }
            // One that was never polled was never asked for.
            vacate(world).await;
        }),
    ]
}

/// Its ttl is the time after which others get it at the latest.
fn seat(world: &World) -> Lock {
    world.lock().owner(("user", 7)).ttl("5s")
}

async fn taken(world: &World) -> Lease {
    seat(world).acquire().await.expect("free")
}

/// Frees the seat, if it is taken, as its owner would who comes back.
async fn vacate(world: &World) -> Option<lockproof::FencingToken> {
    world.settled().await;
    let held = seat(world).adopt().await.expect("answers")?;
    let token = held.fence();
    // A release that was dropped may be ahead of this one.
    drop(held.release().await);
    Some(token)
}
