//! The held keys of one namespace among others.

use std::collections::BTreeSet;

use lockproof::{AdminError, LockKey, LockStore, Locks, MemoryStore, Ttl};

use crate::{
    faulty::{HANGS, Op, UNAVAILABLE},
    helpers::{faulty, ms, stranger_takes, timed},
    plain::PlainStore,
};

/// Keys that a careless order or prefix would mix up.
const KEYS: [&str; 14] =
    ["!", "%", "/", "/k", "0", "a", "a%", "a/", "a/k", "a/k:1", "a:k", "a_k", "b", "\u{10FFFF}/\u{10FFFF}"];

/// Nobody's namespace, one, and those that begin as that or as a key does.
fn services(store: impl LockStore + Clone) -> Vec<Locks> {
    let of = |name: &&str| Locks::builder().store(store.clone()).namespace(*name).build().expect("valid");
    let mut services: Vec<_> = ["a", "a/k", "aa", "b", "\u{10FFFF}"].iter().map(of).collect();
    services.push(Locks::new(store.clone()));
    services
}

/// For each of the services some of the keys, which must come back from it and from no other.
async fn hold(services: &[Locks]) -> Vec<BTreeSet<String>> {
    let mut held = Vec::new();
    for (n, locks) in services.iter().enumerate() {
        let keys = KEYS.iter().enumerate().filter(|(at, _)| n == 5 || (at + n) % 4 > 0).map(|(_, key)| *key);
        for key in keys.clone() {
            std::mem::forget(locks.lock(key).acquire().await.expect("free"));
        }
        held.push(keys.map(String::from).collect());
    }
    held
}

async fn list(locks: &Locks, prefix: &str, after: Option<&str>, limit: usize) -> Vec<String> {
    let after = after.map(|key| LockKey::new(key).expect("legal"));
    let page = locks.list(prefix, after.as_ref(), limit).await.expect("an answer");
    page.into_iter().map(|line| line.key.to_string()).collect()
}

#[tokio::test(start_paused = true)]
async fn each_namespace_has_its_own_keys_in_order_page_by_page() {
    let services = services(MemoryStore::new());
    for (locks, held) in services.iter().zip(hold(&services).await) {
        for prefix in ["", "a", "a/", "a/k", "/", "a%", "b", "x", "\u{10FFFF}"] {
            let expected: Vec<_> = held.iter().filter(|key| key.starts_with(prefix)).cloned().collect();
            for limit in [1, 2, 3, 5, 100, usize::MAX] {
                let mut found: Vec<String> = Vec::new();
                loop {
                    let page = list(locks, prefix, found.last().map(String::as_str), limit).await;
                    assert!(page.len() <= limit);
                    if page.is_empty() {
                        break;
                    }
                    found.extend(page);
                }
                assert_eq!(found, expected, "{locks:?}, {prefix:?}, {limit} at a time");
            }
        }
        assert_eq!(list(locks, "", None, 0).await, [""; 0]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_comes_after_a_key_need_not_be_a_page_and_the_key_need_not_be_held() {
    let services = services(MemoryStore::new());
    for (locks, held) in services.iter().zip(hold(&services).await) {
        for after in KEYS.iter().chain(&["#", "a/a", "a9", &"z".repeat(512), &"a".repeat(512), "a:b"]) {
            let expected: Vec<_> = held.iter().filter(|key| key.as_str() > *after).cloned().collect();
            assert_eq!(list(locks, "", Some(after), 99).await, expected, "{locks:?} after {after:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_without_an_order_gives_all_that_fit() {
    let services = services(PlainStore::default());
    for (locks, held) in services.iter().zip(hold(&services).await) {
        let all: BTreeSet<_> = list(locks, "", None, usize::MAX).await.into_iter().collect();
        assert_eq!(all, held, "{locks:?}");
        for limit in [1, 3] {
            let some: BTreeSet<_> = list(locks, "", None, limit).await.into_iter().collect();
            assert_eq!(some.len(), limit.min(held.len()));
            assert!(some.is_subset(&held), "{locks:?}: {some:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn keys_of_full_length_are_listed() {
    let services = services(MemoryStore::new());
    let lengths = [("a", 510), ("a/k", 506), ("\u{10FFFF}", 507)];
    for (locks, (_, len)) in services.iter().zip([lengths[0], lengths[1]]).chain([(&services[4], lengths[2])])
    {
        let key = "k".repeat(len);
        let _held = locks.lock(&key).acquire().await.expect("free");
        assert_eq!(list(locks, "", None, 9).await, std::slice::from_ref(&key));
        assert_eq!(list(locks, "k", Some(&key), 9).await, [""; 0]);
        assert_eq!(list(locks, &"k".repeat(600), None, 9).await, [""; 0]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_namespaceless_service_passes_by_thousands_of_keys_of_others() {
    let store = MemoryStore::new();
    for n in 0..2_000 {
        stranger_takes(&store, &format!("tenant {}/{n}", n % 7), Ttl::Never).await;
    }
    let locks = Locks::new(store);
    let _held = locks.lock("z").acquire().await.expect("free");
    assert_eq!(list(&locks, "", None, 2).await, ["z"]);
    assert_eq!(list(&locks, "tenant", None, 2).await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn lapsed_and_released_keys_are_not_listed_and_holders_are() {
    let locks = Locks::memory();
    let _long = locks.lock("long").label("me").acquire().await.expect("free");
    std::mem::forget(locks.lock("short").ttl(ms(50)).acquire().await.expect("free"));
    locks.lock("gone").acquire().await.expect("free").release().await.expect("held");
    tokio::time::sleep(ms(60)).await;
    let page = locks.list("", None, 9).await.expect("an answer");
    assert_eq!(page.iter().map(|line| line.key.as_str()).collect::<Vec<_>>(), ["long"]);
    assert_eq!(page[0].holder.label.as_str(), "me");
}

#[tokio::test(start_paused = true)]
async fn a_list_ends_in_time_and_says_what_went_wrong() {
    let (_, store, locks) = faulty();
    store.once(Op::List, [HANGS]);
    let (took, ended) = timed(locks.list("", None, 9)).await;
    let error = ended.expect_err("no answer");
    assert_eq!(took, ms(1_000));
    assert!(matches!(error, AdminError::Store { key: None, .. }) && error.is_retryable(), "{error:?}");
    assert!(error.to_string().contains("list"), "{error}");
    store.once(Op::List, [UNAVAILABLE]);
    assert!(locks.list("", None, 9).await.is_err_and(|error| error.is_retryable()));
    locks.shutdown(ms(20)).await.expect("nothing is held");
    assert!(matches!(locks.list("", None, 9).await, Err(AdminError::Closed)));
}
