//! Many keys, many turns: it goes on, and what is kept is bounded.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which situation")]

use crate::testing::{
    calls::{LONG, list},
    say::{holds, is},
    stage::{Stage, taken},
};

pub(in crate::testing) async fn many__keys_taken_and_released(at: Stage) {
    let locks = at.locks();
    let mut counts = Vec::new();
    for _ in 0..2 {
        for n in 0..at.many {
            taken(&locks.lock(("k", n)).ttl(LONG)).await.release().await.expect("it is held");
        }
        locks.drain().await;
        if let Some(count) = &at.count {
            counts.push(count().await.expect("the store says how many locks it has in mind"));
        }
    }
    is("what is still held", list(at.other(), "", None, 9).await, Vec::new());
    if let [first, second] = counts[..] {
        holds("how many locks are in mind after many keys", first, first <= at.many, "not more than keys");
        holds(
            "how many are after the same keys again",
            second,
            second <= first,
            &format!("not more than {first}"),
        );
    }
}

pub(in crate::testing) async fn many__keys_held_at_once(at: Stage) {
    let locks = at.locks();
    let mut leases = Vec::new();
    for n in 0..at.many.min(1_000) {
        leases.push(taken(&locks.lock(("k", n)).ttl(LONG)).await);
    }
    is("how many are listed", list(at.other(), "", None, usize::MAX).await.len(), leases.len());
    drop(leases);
    locks.drain().await;
    is("what is still held", list(at.other(), "", None, 9).await, Vec::new());
}

pub(in crate::testing) async fn many__turns_on_one_key(at: Stage) {
    let services = [at.locks(), at.elsewhere()];
    let mut last = None;
    for turn in 0..at.many.min(2_000) {
        let lease = taken(&services[turn % 2].lock("k").ttl(LONG)).await;
        let token = Some(lease.fence());
        holds("the token", token, token > last, &format!("above {last:?}"));
        last = token;
        lease.release().await.expect("it is held");
    }
    at.is_free().await;
}
