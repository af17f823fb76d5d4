//! `Locks::list`: the held keys of one namespace.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which state")]

use crate::{
    lock::{Lease, Locks},
    testing::{
        calls::{LONG, key},
        say::is,
        stage::{Stage, taken},
    },
};

pub(in crate::testing) async fn list__held_keys_without_the_namespace(at: Stage) {
    let (billing, none) = (of(&at, "billing"), at.locks());
    let _billing = [taken(&billing.lock("order:1")).await, taken(&billing.lock("order:2")).await];
    let _none = taken(&none.lock("order:3")).await;
    is(
        "`list` in the namespace",
        keys(&billing, "order:", None, 9).await,
        ["order:1", "order:2"].map(String::from).into(),
    );
    is("`list` without a namespace", keys(&none, "", None, 9).await, vec!["order:3".to_owned()]);
    is("`list` in another namespace", keys(&of(&at, "bill"), "", None, 9).await, Vec::new());
}

pub(in crate::testing) async fn list__tells_the_holders(at: Stage) {
    let locks = at.locks();
    let lease = taken(&locks.lock("k").ttl(LONG).label("mine")).await;
    let held = at.elsewhere().list("k", None, 9).await.expect("the store answers");
    let [line] = &held[..] else { panic!("`list`: the answer was {held:?}, and must be one line") };
    let holder = &line.holder;
    is(
        "the line",
        (&line.key, &holder.owner, holder.label.as_str(), holder.token),
        (&key("k"), lease.owner(), "mine", lease.fence()),
    );
}

pub(in crate::testing) async fn list__by_pages(at: Stage) {
    let locks = of(&at, "billing");
    let leases = hold_twenty(&locks).await;
    let mut pages: Vec<String> = Vec::new();
    loop {
        let after = pages.last().map(|last| key(last));
        let page = keys(&locks, "k:", after.as_ref(), 7).await;
        if page.is_empty() {
            break;
        }
        pages.extend(page);
        assert!(pages.len() <= leases.len(), "more keys on the pages than are held: {pages:?}");
    }
    let mut all: Vec<String> = leases.iter().map(|lease| lease.key().to_string()).collect();
    all.sort();
    is("all pages together", pages, all);
}

pub(in crate::testing) async fn list__prefix_with_wildcards(at: Stage) {
    let locks = at.locks();
    let _held =
        [taken(&locks.lock("a%b")).await, taken(&locks.lock("a_b")).await, taken(&locks.lock("axb")).await];
    is("`list` of `a%`", keys(&locks, "a%", None, 9).await, vec!["a%b".to_owned()]);
    is("`list` of `a_`", keys(&locks, "a_", None, 9).await, vec!["a_b".to_owned()]);
    is("`list` of `*`", keys(&locks, "*", None, 9).await, Vec::new());
}

fn of(at: &Stage, namespace: &str) -> Locks {
    Locks::builder().store(at.store_arc()).namespace(namespace).build().expect("a legal namespace")
}

async fn hold_twenty(locks: &Locks) -> Vec<Lease> {
    let mut leases = Vec::new();
    for n in 0..20 {
        leases.push(taken(&locks.lock(("k", n)).ttl(LONG)).await);
    }
    leases
}

async fn keys(
    locks: &Locks,
    prefix: &str,
    after: Option<&crate::model::LockKey>,
    limit: usize,
) -> Vec<String> {
    let held = locks.list(prefix, after, limit).await.expect("the store answers");
    let mut keys: Vec<String> = held.iter().map(|line| line.key.to_string()).collect();
    keys.sort();
    keys
}
