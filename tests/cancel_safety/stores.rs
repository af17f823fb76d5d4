//! The calls of a store itself, as its author's users have them.

use std::time::Duration;

use futures::StreamExt;
use lockproof::{
    Acquire, AcquireReply, AskRelease, AskReply, Extend, ExtendReply, ForceRelease, ForceReply, Holder,
    Inspect, Label, List, LockKey, Owner, Release, ReleaseReply, Rotate, RotateReply, Ttl, Wakeup,
};

use crate::{
    drive::{Case, case},
    world::World,
};

pub(crate) fn cases() -> Vec<Case> {
    [grants(), renewals(), tools()].into_iter().flatten().map(Case::alone).collect()
}

fn grants() -> Vec<Case> {
    vec![
        case(&["LockStore::acquire"], "of a free lock", async |world: &World| {
            let owner = Owner::unique();
            let ended = world.dropped(world.store.acquire(brief(acquire("k", &owner)))).await;
            let found = holder(world, "k").await;
            assert!(found.as_ref().is_none_or(|holder| is(holder, &owner)), "{found:?}");
            // Who calls sends the same request again.
            let token = granted(world.store.acquire(brief(acquire("k", &owner))).await.expect("answers"));
            assert!(found.is_none_or(|holder| holder.token == token));
            assert!(ended.is_none_or(|answer| granted(answer.expect("answers")) == token));
            release(world, "k", &owner).await;
        }),
        case(&["LockStore::acquire"], "of a lock that is held", async |world: &World| {
            let (held, before) = held(world, "k").await;
            let stranger = Owner::unique();
            if let Some(ended) = world.dropped(world.store.acquire(brief(acquire("k", &stranger)))).await {
                assert!(matches!(ended.expect("answers"), AcquireReply::Held { .. }));
            }
            assert_eq!(holder(world, "k").await.map(|holder| holder.token), Some(before.token));
            release(world, "k", &held).await;
        }),
        case(&["LockStore::release"], "of a lock that is held", async |world: &World| {
            let (owner, _) = held(world, "k").await;
            let request = || Release::new(key("k"), owner.clone());
            if let Some(ended) = world.dropped(world.store.release(request())).await {
                assert_eq!(ended.expect("answers"), ReleaseReply::Released);
            }
            let found = holder(world, "k").await;
            assert!(found.is_none_or(|holder| is(&holder, &owner)));
            world.store.release(request()).await.expect("answers");
        }),
        case(&["LockStore::release_all"], "of two locks", async |world: &World| {
            let (one, two) = (held(world, "k").await.0, held(world, "j").await.0);
            let requests = || vec![Release::new(key("k"), one.clone()), Release::new(key("j"), two.clone())];
            if let Some(ended) = world.dropped(world.store.release_all(requests())).await {
                for answer in ended {
                    assert_eq!(answer.expect("answers"), ReleaseReply::Released);
                }
            }
            for (name, owner) in [("k", &one), ("j", &two)] {
                assert!(holder(world, name).await.is_none_or(|holder| is(&holder, owner)));
            }
            for answer in world.store.release_all(requests()).await {
                answer.expect("answers");
            }
        }),
        case(&["LockStore::rotate"], "to another owner", async |world: &World| {
            let (from, before) = held(world, "k").await;
            let to = Owner::unique();
            let request = || Rotate::new(key("k"), from.clone(), to.clone(), label(), Ttl::DEFAULT, None);
            let ended = world.dropped(world.store.rotate(request())).await;
            let found = holder(world, "k").await.expect("one of the two holds it");
            let handed_over = is(&found, &to) && found.token > before.token;
            assert!(handed_over || is(&found, &from) && found.token == before.token, "{found:?}");
            let token = rotated(world.store.rotate(request()).await.expect("answers"));
            assert!(!handed_over || found.token == token);
            assert!(ended.is_none_or(|answer| rotated(answer.expect("answers")) == token));
            release(world, "k", &to).await;
        }),
    ]
}

fn renewals() -> Vec<Case> {
    vec![
        case(&["LockStore::extend"], "of a lock that is held", async |world: &World| {
            let (owner, _) = held(world, "k").await;
            let request = Extend::new(key("k"), owner.clone(), hour());
            let done = match world.dropped(world.store.extend(request)).await {
                Some(ended) => extended(&ended.expect("answers")),
                None => false,
            };
            assert!(stands_as_before_or_for_an_hour(world, "k", &owner).await || !done);
            release(world, "k", &owner).await;
        }),
        case(&["LockStore::extend_all"], "of two locks", async |world: &World| {
            let (one, two) = (held(world, "k").await.0, held(world, "j").await.0);
            let request = |name: &str, owner: &Owner| Extend::new(key(name), owner.clone(), hour());
            let requests = vec![request("k", &one), request("j", &two)];
            let done = match world.dropped(world.store.extend_all(requests)).await {
                Some(ended) => ended.iter().all(|answer| extended(answer.as_ref().expect("answers"))),
                None => false,
            };
            for (name, owner) in [("k", &one), ("j", &two)] {
                assert!(stands_as_before_or_for_an_hour(world, name, owner).await || !done);
                release(world, name, owner).await;
            }
        }),
    ]
}

fn tools() -> Vec<Case> {
    vec![
        case(&["LockStore::force_release"], "of a lock that is held", async |world: &World| {
            let (owner, before) = held(world, "k").await;
            let request = || ForceRelease::new(key("k"));
            if let Some(ended) = world.dropped(world.store.force_release(request())).await {
                let answer = ended.expect("answers");
                assert!(matches!(answer, ForceReply::Forced { token } if token > before.token));
            }
            let found = holder(world, "k").await;
            assert!(found.is_none_or(|holder| is(&holder, &owner) && holder.token == before.token));
            world.store.force_release(request()).await.expect("answers");
            world.may_evict();
            world.settled().await;
            let next = Owner::unique();
            let token = granted(world.store.acquire(acquire("k", &next)).await.expect("answers"));
            assert!(token > before.token);
            release(world, "k", &next).await;
        }),
        case(&["LockStore::ask_release"], "of a lock that is held", async |world: &World| {
            let (owner, before) = held(world, "k").await;
            let reason = Label::new("a reason");
            let request = || AskRelease::new(key("k"), reason.clone());
            let done = match world.dropped(world.store.ask_release(request())).await {
                Some(ended) => ended.expect("answers") == AskReply::Asked,
                None => false,
            };
            let found = holder(world, "k").await.expect("held");
            assert!(is(&found, &owner) && found.token == before.token, "{found:?}");
            assert!(found.asked == Some(reason.clone()) || !done && found.asked.is_none(), "{found:?}");
            release(world, "k", &owner).await;
        }),
        case(&["LockStore::inspect"], "a lock that is held", async |world: &World| {
            let (owner, _) = held(world, "k").await;
            if let Some(ended) = world.dropped(world.store.inspect(Inspect::new(key("k")))).await {
                assert!(is(&ended.expect("answers").expect("held"), &owner));
            }
            release(world, "k", &owner).await;
        }),
        case(&["LockStore::list"], "a lock that is held", async |world: &World| {
            let (owner, _) = held(world, "k").await;
            let request = List::new(String::new(), None, 10);
            if let Some(ended) = world.dropped(world.store.list(request)).await {
                assert_eq!(ended.expect("answers").len(), 1);
            }
            release(world, "k", &owner).await;
        }),
        case(&["LockStore::wakeups"], "until a lock is released", async |world: &World| {
            let (owner, _) = held(world, "k").await;
            let listens = |hear: usize| async move {
                let mut stream = world.store.wakeups().expect("it has some");
                let first = stream.next().await.expect("it listens");
                assert_eq!(first, Wakeup::All);
                for _ in 1..hear {
                    stream.next().await.expect("a release");
                }
            };
            let heard = async {
                tokio::time::sleep(Duration::from_millis(20)).await;
                release(world, "k", &owner).await;
            };
            futures::join!(world.dropped(listens(2)), heard);
            tokio::time::timeout(world.bound, listens(1)).await.expect("whoever listens next is heard");
        }),
    ]
}

fn key(name: &str) -> LockKey {
    LockKey::new(name).expect("a valid key")
}

fn label() -> Label {
    Label::new("somebody")
}

fn hour() -> Ttl {
    Ttl::new(Duration::from_secs(3_600)).expect("a valid ttl")
}

fn acquire(name: &str, owner: &Owner) -> Acquire {
    Acquire::new(key(name), owner.clone(), label(), Ttl::DEFAULT)
}

/// One that is dropped and lands after its owner has released: it ends with this ttl, and no later.
fn brief(request: Acquire) -> Acquire {
    Acquire::new(request.key, request.owner, request.label, Ttl::new(Duration::from_secs(5)).expect("valid"))
}

/// Somebody holds a lock.
async fn held(world: &World, name: &str) -> (Owner, Holder) {
    let owner = Owner::unique();
    granted(world.beneath.acquire(acquire(name, &owner)).await.expect("answers"));
    let before = holder(world, name).await.expect("held");
    (owner, before)
}

async fn holder(world: &World, name: &str) -> Option<Holder> {
    world.beneath.inspect(Inspect::new(key(name))).await.expect("answers")
}

async fn release(world: &World, name: &str, owner: &Owner) {
    world.store.release(Release::new(key(name), owner.clone())).await.expect("answers");
}

fn is(holder: &Holder, owner: &Owner) -> bool {
    holder.owner == *owner && holder.label == label()
}

/// Says whether it stands for an hour.
async fn stands_as_before_or_for_an_hour(world: &World, name: &str, owner: &Owner) -> bool {
    let found = holder(world, name).await.expect("held");
    assert!(is(&found, owner));
    let left = found.remaining.expect("it ends").as_secs();
    assert!((20..=30).contains(&left) || (3_590..=3_600).contains(&left), "{left} s are left");
    left > 30
}

fn extended(reply: &ExtendReply) -> bool {
    matches!(reply, ExtendReply::Extended { .. })
}

fn granted(reply: AcquireReply) -> lockproof::FencingToken {
    match reply {
        AcquireReply::Granted { token } => token,
        other => panic!("{other:?}"),
    }
}

fn rotated(reply: RotateReply) -> lockproof::FencingToken {
    match reply {
        RotateReply::Granted { token } => token,
        other => panic!("{other:?}"),
    }
}
