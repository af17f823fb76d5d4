//! Many at once.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which situation")]

use futures::future::join_all;

use crate::{
    model::Owner,
    store::{AcquireReply, ReleaseReply},
    testing::{
        calls::{LONG, acquire, acquire_for, holder, release, rotation},
        say::is,
        stage::Stage,
        tasks::start,
    },
};

pub(in crate::testing) async fn store_contention__fifty_acquires(at: Stage) {
    for round in 0..3 {
        let text = format!("k:{round}");
        let tries = (0..50).map(|n| {
            let store = if n % 2 == 0 { at.store() } else { at.other() };
            start(store.acquire(acquire_for(&text, &Owner::unique(), LONG)))
        });
        let (mut granted, mut held) = (0, 0);
        for reply in join_all(tries.collect::<Vec<_>>()).await {
            match reply.expect("a call does not panic") {
                Ok(AcquireReply::Granted { .. }) => granted += 1,
                Ok(AcquireReply::Held { .. }) => held += 1,
                Err(error) => {
                    panic!("one of 50 `acquire`s at once: the answer was {error:?}, and must be no error")
                }
            }
        }
        is("of 50 `acquire`s at once, granted and held", (granted, held), (1, 49));
    }
}

pub(in crate::testing) async fn store_contention__fifty_acquires_of_one_owner(at: Stage) {
    let me = Owner::unique();
    let tries = (0..50).map(|n| {
        let store = if n % 2 == 0 { at.store() } else { at.other() };
        start(store.acquire(acquire_for("k", &me, LONG)))
    });
    let mut tokens = Vec::new();
    for reply in join_all(tries.collect::<Vec<_>>()).await {
        match reply.expect("a call does not panic") {
            Ok(AcquireReply::Granted { token }) => tokens.push(token),
            reply => {
                panic!("one of 50 `acquire`s of one owner: the answer was {reply:?}, and must be a grant")
            }
        }
    }
    tokens.dedup();
    is("the number of tokens for one owner", tokens.len(), 1);
}

pub(in crate::testing) async fn store_contention__fifty_keys(at: Stage) {
    let tries = (0..50).map(|n| {
        let store = if n % 2 == 0 { at.store() } else { at.other() };
        start(store.acquire(acquire_for(&format!("k:{n}"), &Owner::unique(), LONG)))
    });
    for reply in join_all(tries.collect::<Vec<_>>()).await {
        let reply = reply.expect("a call does not panic");
        let granted = matches!(reply, Ok(AcquireReply::Granted { .. }));
        assert!(granted, "`acquire` of one of 50 keys: the answer was {reply:?}, and must be a grant");
    }
}

pub(in crate::testing) async fn store_contention__a_hundred_taking_turns(at: Stage) {
    // Whoever gets it lets go at once; nobody is ever told anything but yes or no.
    let turns = (0..4).map(|n| {
        let store = if n % 2 == 0 { at.store_arc() } else { at.other_arc() };
        start(async move {
            let me = Owner::unique();
            let mut granted = 0;
            for _ in 0..25 {
                let reply = store.acquire(acquire_for("k", &me, LONG)).await.expect("a try is no error");
                if let AcquireReply::Granted { .. } = reply {
                    granted += 1;
                    is("`release` by the holder", release(&*store, "k", &me).await, ReleaseReply::Released);
                }
            }
            granted
        })
    });
    let mut granted = 0;
    for turn in join_all(turns.collect::<Vec<_>>()).await {
        granted += turn.unwrap_or_else(|error| panic!("a turn did not end well: {error}"));
    }
    assert!(granted > 0, "of 100 tries, each let go at once, none was granted");
    at.is_free().await;
}

pub(in crate::testing) async fn store_contention__releases_of_one_lock(at: Stage) {
    let me = Owner::unique();
    acquire(at.store(), "k", &me).await;
    let releases = (0..10).map(|n| {
        let store = if n % 2 == 0 { at.store_arc() } else { at.other_arc() };
        let me = me.clone();
        start(async move { release(&*store, "k", &me).await })
    });
    let mut released = 0;
    for reply in join_all(releases.collect::<Vec<_>>()).await {
        released += usize::from(reply.expect("`release` answers") == ReleaseReply::Released);
    }
    is("how many of 10 `release`s at once released it", released, 1);
}

pub(in crate::testing) async fn store_contention__rotations_of_one_lock(at: Stage) {
    let me = Owner::unique();
    acquire(at.store(), "k", &me).await;
    let heirs: Vec<Owner> = (0..10).map(|_| Owner::unique()).collect();
    let rotations = heirs.iter().enumerate().map(|(n, heir)| {
        let store = if n % 2 == 0 { at.store() } else { at.other() };
        start(store.rotate(rotation("k", &me, heir, None)))
    });
    let mut granted = Vec::new();
    for (reply, heir) in join_all(rotations.collect::<Vec<_>>()).await.into_iter().zip(&heirs) {
        let reply = reply.expect("a call does not panic").expect("`rotate` answers");
        if matches!(reply, crate::store::RotateReply::Granted { .. }) {
            granted.push(heir.clone());
        }
    }
    is("how many of 10 heirs at once got it", granted.len(), 1);
    is("who holds it", holder(at.other(), "k").await.map(|held| held.owner), granted.pop());
}
