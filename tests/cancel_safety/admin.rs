//! What is asked about locks that somebody else may hold.

use lockproof::{AskReply, ForceReply, Inspect, LockKey, LockState};

use crate::{
    drive::{Case, case},
    world::World,
};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        case(&["Lock::state"], "of a lock that is held", async |world: &World| {
            let held = world.held().await;
            if let Some(ended) = world.dropped(world.lock().state()).await {
                assert!(matches!(ended.expect("answers"), LockState::Held { ours: true, .. }));
            }
            held.release().await.expect("held");
        }),
        case(&["Lock::is_locked"], "of a lock that is held", async |world: &World| {
            let held = world.held().await;
            if let Some(ended) = world.dropped(world.lock().is_locked()).await {
                assert!(ended.expect("answers"));
            }
            held.release().await.expect("held");
        }),
        case(&["Lock::inspect"], "a lock that is held", async |world: &World| {
            let held = world.held().await;
            if let Some(ended) = world.dropped(world.lock().inspect()).await {
                let holder = ended.expect("answers").expect("it is held");
                assert_eq!(&holder.owner, held.owner());
            }
            held.release().await.expect("held");
        }),
        case(&["Lock::force_release"], "of a lock that is held here", async |world: &World| {
            let held = world.held().await;
            if let Some(ended) = world.dropped(world.lock().force_release()).await {
                let answer = ended.expect("answers");
                assert!(matches!(answer, ForceReply::Forced { token } if token > held.fence()));
                assert!(held.is_lost());
            }
            world.may_evict();
            world.settled().await;
            drop(held);
        }),
        case(&["Lock::force_release"], "of a lock that is held elsewhere", async |world: &World| {
            let held = world.other.lock(world.key).acquire().await.expect("free");
            if let Some(ended) = world.dropped(world.lock().force_release()).await {
                let answer = ended.expect("answers");
                assert!(matches!(answer, ForceReply::Forced { token } if token > held.fence()));
            }
            world.may_evict();
            world.settled().await;
            drop(held);
        }),
        case(&["Lock::ask_release"], "of a lock that is held", async |world: &World| {
            let held = world.held().await;
            let done = match world.dropped(world.lock().ask_release("a reason")).await {
                Some(ended) => ended.expect("answers") == AskReply::Asked,
                None => false,
            };
            let key = LockKey::new(world.key).expect("valid");
            let holder = world.beneath.inspect(Inspect::new(key)).await.expect("answers").expect("held");
            assert_eq!((&holder.owner, holder.token), (held.owner(), held.fence()));
            assert!(holder.asked.is_some() || !done);
            held.release().await.expect("held");
        }),
        case(&["Locks::list"], "with a lock that is held", async |world: &World| {
            let held = world.held().await;
            if let Some(ended) = world.dropped(world.locks.list("", None, 10)).await {
                assert_eq!(ended.expect("answers").len(), 1);
            }
            held.release().await.expect("held");
        }),
    ]
}
