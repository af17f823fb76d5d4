//! What every store does. Each case gets two handles to the same locks.

use std::time::Duration;

use futures::{StreamExt, future::join_all};
use lockproof::{
    Acquire, AcquireReply, Extend, ExtendReply, FencingToken, Label, List, LockStore, Outcome, Owner,
    Release, ReleaseReply, Rotate, StoreErrorKind, Ttl, Wakeup,
};
use tokio::time::{sleep, timeout};

use super::calls::{
    EXTENDED, LONG, SHORT, acquire, acquire_for, extend, force, holder, key, list, release, rotate,
    try_acquire, ttl,
};

pub(crate) use super::asking::{
    a_holder_is_asked_for_as_long_as_it_has_the_lock, a_later_reason_takes_the_place_of_an_earlier_one,
    a_wish_changes_nothing_else, a_wish_goes_with_the_grant, an_extension_tells_the_wish,
    nobody_is_asked_where_nobody_holds,
};

pub(crate) async fn free_is_nobodys(store: &dyn LockStore, other: &dyn LockStore) {
    let me = Owner::unique();
    assert_eq!(holder(store, "k").await, None);
    assert_eq!(release(store, "k", &me).await, ReleaseReply::NotHeld);
    assert_eq!(extend(store, "k", &me, ttl(LONG)).await, ExtendReply::NotHeld);
    assert_eq!(rotate(store, "k", &me, &Owner::unique(), None).await, None);
    assert_eq!(force(store, "k").await, None);
    assert_eq!(list(store, "", None, 9).await, [""; 0]);
    assert_eq!(store.id(), store.id());
    assert!(!store.name().is_empty() && other.capabilities().fencing);
}

pub(crate) async fn a_running_lock_is_held_for_all_others(store: &dyn LockStore, other: &dyn LockStore) {
    let me = Owner::unique();
    acquire(store, "k", &me).await;
    assert_eq!(try_acquire(store, "k", &Owner::unique(), ttl(LONG)).await, None);
    assert_eq!(try_acquire(other, "k", &Owner::unique(), ttl(LONG)).await, None);
    acquire(other, "another", &Owner::unique()).await;
    assert_eq!(release(other, "k", &me).await, ReleaseReply::Released);
    assert_eq!(release(store, "k", &me).await, ReleaseReply::NotHeld);
    acquire(other, "k", &Owner::unique()).await;
}

pub(crate) async fn a_failed_try_tells_who_holds_it(store: &dyn LockStore, other: &dyn LockStore) {
    let me = Owner::unique();
    let token = acquire(store, "k", &me).await;
    // Twice: the second try may go another way than the first.
    for _ in 0..2 {
        let reply = other.acquire(acquire_for("k", &Owner::unique(), ttl(LONG))).await.expect("answers");
        let AcquireReply::Held { remaining: Some(remaining), holder: Some(holder) } = reply else {
            panic!("{reply:?}")
        };
        assert!(remaining <= LONG && remaining > LONG / 2, "{remaining:?}");
        assert_eq!((&holder.owner, holder.label.as_str(), holder.token), (&me, "case", token));
        assert!(holder.since.elapsed().is_ok_and(|ago| ago < LONG), "{:?}", holder.since);
    }
}

pub(crate) async fn a_failed_try_changes_nothing(store: &dyn LockStore, other: &dyn LockStore) {
    let me = Owner::unique();
    let token = try_acquire(store, "k", &me, ttl(3 * SHORT)).await.expect("free");
    assert_eq!(try_acquire(other, "k", &Owner::unique(), Ttl::Never).await, None);
    let held = holder(store, "k").await.expect("held");
    assert_eq!((held.owner, held.token), (me, token));
    assert!(held.remaining.is_some_and(|left| left <= 3 * SHORT));
}

pub(crate) async fn acquire_is_idempotent_for_its_owner_and_never_shortens(
    store: &dyn LockStore,
    other: &dyn LockStore,
) {
    let me = Owner::unique();
    let token = acquire(store, "k", &me).await;
    let since = holder(store, "k").await.expect("held").since;
    sleep(Duration::from_millis(5)).await;
    assert_eq!(try_acquire(other, "k", &me, ttl(SHORT)).await, Some(token));
    let held = holder(store, "k").await.expect("held");
    assert!(held.remaining.is_some_and(|left| left > LONG / 2), "{held:?}");
    assert_eq!((held.since, held.token), (since, token));
    assert_eq!(try_acquire(store, "k", &me, ttl(2 * LONG)).await, Some(token));
    assert!(holder(store, "k").await.is_some_and(|held| held.remaining > Some(LONG)));
    assert_eq!(try_acquire(store, "k", &me, Ttl::Never).await, Some(token));
    assert_eq!(try_acquire(store, "k", &me, ttl(SHORT)).await, Some(token));
    assert!(holder(store, "k").await.is_some_and(|held| held.remaining.is_none()));
}

pub(crate) async fn a_lapsed_lock_is_taken_under_a_higher_token(
    store: &dyn LockStore,
    other: &dyn LockStore,
) {
    let (me, rival) = (Owner::unique(), Owner::unique());
    let first = try_acquire(store, "k", &me, ttl(SHORT)).await.expect("free");
    assert_eq!(try_acquire(other, "k", &rival, ttl(LONG)).await, None);
    sleep(2 * SHORT).await;
    assert_eq!(holder(store, "k").await, None);
    assert_eq!(release(store, "k", &me).await, ReleaseReply::NotHeld);
    assert_eq!(force(store, "k").await, None);
    let again = try_acquire(store, "k", &me, ttl(SHORT)).await.expect("lapsed");
    assert!(again > first, "a new grant, though the same owner's");
    sleep(2 * SHORT).await;
    assert!(acquire(other, "k", &rival).await > again);
    assert_eq!(release(store, "k", &me).await, ReleaseReply::NotHeld);
    assert!(holder(store, "k").await.is_some_and(|held| held.owner == rival));
}

pub(crate) async fn a_lock_that_never_expires_stands_until_released(
    store: &dyn LockStore,
    other: &dyn LockStore,
) {
    let me = Owner::unique();
    try_acquire(store, "k", &me, Ttl::Never).await.expect("free");
    sleep(SHORT).await;
    let reply = other.acquire(acquire_for("k", &Owner::unique(), ttl(LONG))).await.expect("answers");
    assert!(matches!(reply, AcquireReply::Held { remaining: None, .. }), "{reply:?}");
    assert_eq!(release(other, "k", &me).await, ReleaseReply::Released);
    try_acquire(store, "k", &me, Ttl::MAX).await.expect("free");
    assert!(holder(other, "k").await.is_some_and(|held| held.remaining > Some(LONG)));
}

pub(crate) async fn extend_counts_from_now_and_does_not_revive(store: &dyn LockStore, other: &dyn LockStore) {
    let me = Owner::unique();
    let token = try_acquire(store, "k", &me, ttl(2 * SHORT)).await.expect("free");
    assert_eq!(extend(other, "k", &me, ttl(LONG)).await, EXTENDED);
    sleep(3 * SHORT).await;
    assert!(holder(store, "k").await.is_some_and(|held| held.token == token));
    assert_eq!(extend(store, "k", &me, ttl(SHORT)).await, EXTENDED);
    assert!(holder(store, "k").await.is_some_and(|held| held.remaining <= Some(SHORT)));
    sleep(2 * SHORT).await;
    assert_eq!(extend(store, "k", &me, ttl(LONG)).await, ExtendReply::NotHeld);
    assert_eq!(holder(store, "k").await, None);
}

pub(crate) async fn a_stranger_neither_extends_nor_releases_nor_rotates(
    store: &dyn LockStore,
    other: &dyn LockStore,
) {
    let (me, stranger) = (Owner::unique(), Owner::unique());
    let token = acquire(store, "k", &me).await;
    assert_eq!(extend(other, "k", &stranger, Ttl::Never).await, ExtendReply::NotHeld);
    assert_eq!(release(other, "k", &stranger).await, ReleaseReply::NotHeld);
    assert_eq!(rotate(other, "k", &stranger, &Owner::unique(), None).await, None);
    let held = holder(store, "k").await.expect("held");
    assert_eq!((held.owner, held.token), (me, token));
    assert!(held.remaining.is_some_and(|left| left <= LONG));
}

pub(crate) async fn tokens_rise_over_release_and_force_and_rotate(
    store: &dyn LockStore,
    other: &dyn LockStore,
) {
    let mut last = FencingToken::ZERO;
    let mut rises = |token: FencingToken| {
        assert!(token > last, "{token} after {last}");
        last = token;
    };
    for _ in 0..20 {
        let (me, heir) = (Owner::unique(), Owner::unique());
        rises(acquire(store, "k", &me).await);
        rises(rotate(store, "k", &me, &heir, None).await.expect("held"));
        assert_eq!(release(store, "k", &heir).await, ReleaseReply::Released);
        rises(acquire(other, "k", &me).await);
        rises(force(other, "k").await.expect("held"));
    }
}

pub(crate) async fn force_release_frees_and_raises_the_token(store: &dyn LockStore, other: &dyn LockStore) {
    let (me, next) = (Owner::unique(), Owner::unique());
    let evicted = try_acquire(store, "k", &me, Ttl::Never).await.expect("free");
    let forced = force(other, "k").await.expect("held");
    assert!(forced > evicted);
    assert_eq!(force(other, "k").await, None);
    assert_eq!(extend(store, "k", &me, ttl(LONG)).await, ExtendReply::NotHeld);
    assert!(acquire(store, "k", &next).await > forced);
}

pub(crate) async fn rotate_hands_over_and_repeats_its_answer(store: &dyn LockStore, other: &dyn LockStore) {
    let (me, heir) = (Owner::unique(), Owner::unique());
    let first = try_acquire(store, "k", &me, ttl(5 * SHORT)).await.expect("free");
    let second = rotate(store, "k", &me, &heir, None).await.expect("held");
    assert!(second > first);
    assert_eq!(rotate(other, "k", &me, &heir, None).await, Some(second), "a lost reply, asked for again");
    let held = holder(store, "k").await.expect("held");
    assert_eq!((&held.owner, held.label.as_str()), (&heir, "heir"));
    assert!(held.remaining > Some(LONG / 2), "the ttl is the new one");
    assert_eq!(release(store, "k", &me).await, ReleaseReply::NotHeld);
    assert_eq!(rotate(store, "k", &me, &Owner::unique(), None).await, None);
    assert_eq!(release(store, "k", &heir).await, ReleaseReply::Released);
    assert_eq!(rotate(store, "k", &me, &heir, None).await, None);
}

pub(crate) async fn rotate_goes_above(store: &dyn LockStore, other: &dyn LockStore) {
    let me = Owner::unique();
    let token = acquire(store, "k", &me).await;
    let above = FencingToken::new(token.get() + 3_600_000_000).expect("in range");
    let raised = rotate(store, "k", &me, &me, Some(above)).await.expect("held");
    assert!(raised > above);
    assert_eq!(rotate(other, "k", &me, &me, Some(above)).await, Some(raised), "it is above already");
    let heir = Owner::unique();
    assert!(rotate(other, "k", &me, &heir, Some(token)).await.expect("held") > raised);
    let again = rotate(other, "k", &me, &heir, Some(FencingToken::new(above.get() * 2).expect("in range")));
    assert!(
        again.await.is_some_and(|token| token.get() > above.get() * 2),
        "to holds it, and above asks for more"
    );
    let request = Rotate::new(key("k"), heir.clone(), me, "x".into(), ttl(LONG), Some(FencingToken::MAX));
    let error = store.rotate(request).await.expect_err("no token above");
    assert_eq!((error.kind(), error.outcome()), (StoreErrorKind::Rejected, Outcome::NotDone));
    let source = std::error::Error::source(&error).expect("has a cause");
    assert!(source.is::<lockproof::TokenExhausted>(), "{source}");
    assert!(holder(store, "k").await.is_some_and(|held| held.owner == heir));
}

pub(crate) async fn list_has_held_keys_only(store: &dyn LockStore, other: &dyn LockStore) {
    let me = Owner::unique();
    for text in ["a:1", "a:2", "a:3"] {
        acquire(store, text, &me).await;
    }
    try_acquire(store, "a:4", &me, ttl(SHORT)).await.expect("free");
    release(store, "a:1", &me).await;
    force(store, "a:3").await.expect("held");
    sleep(2 * SHORT).await;
    assert_eq!(list(other, "a:", None, 9).await, ["a:2"]);
    let held = other.list(List::new(String::new(), None, 9)).await.expect("answers");
    assert_eq!(held.iter().map(|line| &line.holder.owner).collect::<Vec<_>>(), [&me]);
}

pub(crate) async fn list_takes_the_prefix_literally(store: &dyn LockStore, other: &dyn LockStore) {
    let keys = ["%a", "*a", "[a]", "_a", "a", "a%", "a%b", "a*", "a[", "a_", "a_b", "ab", "b", "\u{10FFFF}z"];
    for text in keys {
        acquire(store, text, &Owner::unique()).await;
    }
    assert_eq!(list(other, "a%", None, 99).await, ["a%", "a%b"]);
    assert_eq!(list(other, "a_", None, 99).await, ["a_", "a_b"]);
    assert_eq!(list(other, "*", None, 99).await, ["*a"]);
    assert_eq!(list(other, "[", None, 99).await, ["[a]"]);
    assert_eq!(list(other, "A", None, 99).await, [""; 0]);
    assert_eq!(list(other, "\u{10FFFF}", None, 99).await, ["\u{10FFFF}z"]);
    assert_eq!(list(other, "", None, 99).await.len(), keys.len());
    assert_eq!(list(other, "' OR 1 = 1 --", None, 99).await, [""; 0]);
}

pub(crate) async fn list_is_in_order_by_pages(store: &dyn LockStore, other: &dyn LockStore) {
    let me = Owner::unique();
    let mut keys: Vec<String> = (0..30).map(|n| format!("p:{n}")).collect();
    keys.extend(["p:é", "p:z", "p:Z", "p:\u{FFFD}", "p:\u{1F600}"].map(String::from));
    for text in keys.iter().map(String::as_str).chain(["o:1", "q:1"]) {
        acquire(store, text, &me).await;
    }
    keys.sort();
    assert_eq!(list(other, "p:", None, 99).await, keys);
    assert_eq!(list(other, "p:", Some("p:z"), 1).await, ["p:é"]);
    assert_eq!(list(other, "p:", Some("a"), 1).await, ["p:0"], "after comes before the prefix");
    assert_eq!(list(other, "p:", Some("z"), 9).await, [""; 0]);
    assert_eq!(list(other, "p:", None, 0).await, [""; 0]);
    let mut pages: Vec<String> = Vec::new();
    loop {
        let page = list(other, "p:", pages.last().map(String::as_str), 7).await;
        if page.is_empty() {
            break;
        }
        pages.extend(page);
    }
    assert_eq!(pages, keys);
    assert_eq!(list(other, "p:", None, usize::MAX).await.len(), keys.len());
}

pub(crate) async fn keys_are_compared_byte_for_byte(store: &dyn LockStore, other: &dyn LockStore) {
    let keys = ["key", "KEY", "kéy", "ke\u{301}y", "key ", " key", "ｋey", "key\t", "1", "1.0", "01", "null"];
    for text in keys {
        acquire(store, text, &Owner::unique()).await;
    }
    let listed = list(other, "", None, 99).await;
    assert_eq!(listed.len(), keys.len());
    assert!(keys.iter().all(|text| listed.iter().any(|listed| listed == text)), "{listed:?}");
    let long = "é".repeat(256);
    acquire(store, &long, &Owner::unique()).await;
    assert_eq!(list(other, &long, None, 9).await, [long]);
}

pub(crate) async fn owners_and_labels_survive(store: &dyn LockStore, other: &dyn LockStore) {
    let names = ["ada", "ADA", "ada ", "ädá", "'; DROP TABLE x; --", "42", &"x".repeat(255)];
    for (at, name) in names.iter().enumerate() {
        let owner = Owner::from_text(name).expect("legal");
        let request = Acquire::new(key(&format!("k:{at}")), owner.clone(), Label::from(*name), ttl(LONG));
        store.acquire(request).await.expect("answers");
        let held = holder(other, &format!("k:{at}")).await.expect("held");
        assert_eq!((held.owner, held.label.as_str()), (owner, *name));
    }
    let ada = Owner::from_text("ada").expect("legal");
    assert_eq!(release(other, "k:1", &ada).await, ReleaseReply::NotHeld);
    assert_eq!(release(other, "k:0", &ada).await, ReleaseReply::Released);
}

pub(crate) async fn fifty_at_once_give_one_grant_and_no_error(store: &dyn LockStore, other: &dyn LockStore) {
    for round in 0..3 {
        let text = format!("k:{round}");
        let tries = (0..50).map(|n| {
            let store = if n % 2 == 0 { store } else { other };
            store.acquire(acquire_for(&text, &Owner::unique(), ttl(LONG)))
        });
        let replies = join_all(tries).await;
        let granted = replies.iter().filter(|reply| matches!(reply, Ok(AcquireReply::Granted { .. })));
        let held = replies.iter().filter(|reply| matches!(reply, Ok(AcquireReply::Held { .. })));
        assert_eq!((granted.count(), held.count()), (1, 49), "{replies:?}");
    }
}

pub(crate) async fn a_batch_answers_in_order_and_counts_each_lock_once(
    store: &dyn LockStore,
    other: &dyn LockStore,
) {
    let (me, stranger) = (Owner::unique(), Owner::unique());
    for text in ["a", "b", "c", "d\"\\é'"] {
        acquire(store, text, &me).await;
    }
    let extends = [("c", &me, LONG), ("x", &me, LONG), ("a", &stranger, LONG), ("d\"\\é'", &me, 2 * LONG)];
    let extends = extends.map(|(text, owner, time)| Extend::new(key(text), owner.clone(), ttl(time)));
    let never = Extend::new(key("b"), me.clone(), Ttl::Never);
    let replies = other.extend_all(extends.into_iter().chain([never]).collect()).await;
    let replies: Vec<_> = replies.into_iter().map(|reply| reply.expect("answers")).collect();
    use ExtendReply::NotHeld;
    assert_eq!(replies, [EXTENDED, NotHeld, NotHeld, EXTENDED, EXTENDED]);
    assert!(holder(store, "d\"\\é'").await.is_some_and(|held| held.remaining > Some(LONG)));
    assert!(holder(store, "a").await.is_some_and(|held| held.remaining <= Some(LONG)));
    assert!(holder(store, "b").await.is_some_and(|held| held.remaining.is_none()));

    let releases = [("c", &stranger), ("c", &me), ("c", &me), ("x", &me), ("a", &me), ("d\"\\é'", &me)];
    let releases = releases.map(|(text, owner)| Release::new(key(text), owner.clone()));
    let replies = other.release_all(releases.into()).await;
    let replies: Vec<_> = replies.into_iter().map(|reply| reply.expect("answers")).collect();
    use ReleaseReply::{NotHeld as No, Released};
    assert_eq!(replies, [No, Released, No, No, Released, Released]);
    assert_eq!(list(store, "", None, 9).await, ["b"]);
    assert!(store.extend_all(Vec::new()).await.is_empty());
    assert!(store.release_all(Vec::new()).await.is_empty());
}

pub(crate) async fn wakeups_begin_with_all_and_tell_of_a_release(
    store: &dyn LockStore,
    other: &dyn LockStore,
) {
    const SOON: Duration = Duration::from_secs(5);
    let me = Owner::unique();
    for releaser in [store, other] {
        acquire(store, "k", &me).await;
        let mut hints = store.wakeups().expect("has wake-ups");
        let first = timeout(SOON, hints.next()).await.expect("at once");
        assert_eq!(first, Some(Wakeup::All));
        assert_eq!(release(releaser, "k", &me).await, ReleaseReply::Released);
        let hint = timeout(SOON, hints.next()).await.expect("in time");
        assert!(hint == Some(Wakeup::All) || hint == Some(Wakeup::Key(key("k"))), "{hint:?}");

        acquire(store, "k", &me).await;
        let replies = releaser.release_all(vec![Release::new(key("k"), me.clone())]).await;
        assert!(matches!(replies[..], [Ok(ReleaseReply::Released)]), "{replies:?}");
        assert!(timeout(SOON, hints.next()).await.expect("in time").is_some());
    }
}
