//! `LockStore::list`.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which situation")]

use crate::{
    model::Owner,
    store::List,
    testing::{
        calls::{LONG, acquire, force, is_released, key, list, try_acquire},
        say::{holds, is},
        stage::{Stage, State},
    },
};

/// Keys that a pattern language would take for something else.
const STRANGE: [&str; 14] =
    ["%a", "*a", "[a]", "_a", "a", "a%", "a%b", "a*", "a[", "a_", "a_b", "ab", "b", "\u{10FFFF}z"];

const NONE: [&str; 0] = [];

pub(in crate::testing) async fn store_list__empty(at: Stage) {
    lists(&at, "", NONE).await;
    lists(&at, "k", NONE).await;
}

pub(in crate::testing) async fn store_list__missing(at: Stage) {
    at.bring(State::Missing).await;
    lists(&at, "", NONE).await;
}

pub(in crate::testing) async fn store_list__running(at: Stage) {
    at.bring(State::Running).await;
    lists(&at, "", ["k"]).await;
}

pub(in crate::testing) async fn store_list__never(at: Stage) {
    at.bring(State::Never).await;
    lists(&at, "", ["k"]).await;
}

pub(in crate::testing) async fn store_list__lapsed(at: Stage) {
    at.bring(State::Lapsed).await;
    lists(&at, "", NONE).await;
}

pub(in crate::testing) async fn store_list__held_keys_only(at: Stage) {
    let me = Owner::unique();
    for text in ["a:1", "a:2", "a:3"] {
        acquire(at.store(), text, &me).await;
    }
    try_acquire(at.store(), "a:4", &me, at.short).await.expect("`a:4` is free");
    is_released(at.store(), "a:1", &me).await;
    force(at.store(), "a:3").await.expect("`a:3` is held");
    at.lapse().await;
    lists(&at, "a:", ["a:2"]).await;
}

pub(in crate::testing) async fn store_list__tells_the_holders(at: Stage) {
    let (me, token) = at.bring(State::Running).await;
    let held = at.other().list(List::new(String::new(), None, 9)).await.expect("`list` answers");
    let [line] = &held[..] else { panic!("`list`: the answer was {held:?}, and must be one line") };
    let holder = &line.holder;
    is(
        "the line",
        (&line.key, &holder.owner, holder.label.as_str(), holder.token),
        (&key("k"), &me, "case", token),
    );
    let between = holder.remaining.is_some_and(|left| left <= LONG && left > LONG / 2);
    holds("the time that is left", holder.remaining, between, "about that of the holder");
}

pub(in crate::testing) async fn store_list__prefix_with_percent(at: Stage) {
    hold_strange_keys(&at).await;
    lists(&at, "a%", ["a%", "a%b"]).await;
    lists(&at, "%", ["%a"]).await;
}

pub(in crate::testing) async fn store_list__prefix_with_underscore(at: Stage) {
    hold_strange_keys(&at).await;
    lists(&at, "a_", ["a_", "a_b"]).await;
    lists(&at, "_", ["_a"]).await;
}

pub(in crate::testing) async fn store_list__prefix_with_star(at: Stage) {
    hold_strange_keys(&at).await;
    lists(&at, "*", ["*a"]).await;
    lists(&at, "a*", ["a*"]).await;
}

pub(in crate::testing) async fn store_list__prefix_with_bracket(at: Stage) {
    hold_strange_keys(&at).await;
    lists(&at, "[", ["[a]"]).await;
    lists(&at, "a[", ["a["]).await;
}

pub(in crate::testing) async fn store_list__prefix_in_capitals(at: Stage) {
    hold_strange_keys(&at).await;
    lists(&at, "A", NONE).await;
}

pub(in crate::testing) async fn store_list__prefix_at_the_end_of_unicode(at: Stage) {
    hold_strange_keys(&at).await;
    lists(&at, "\u{10FFFF}", ["\u{10FFFF}z"]).await;
}

pub(in crate::testing) async fn store_list__prefix_with_sql(at: Stage) {
    hold_strange_keys(&at).await;
    lists(&at, "' OR 1 = 1 --", NONE).await;
}

pub(in crate::testing) async fn store_list__no_prefix(at: Stage) {
    hold_strange_keys(&at).await;
    lists(&at, "", STRANGE).await;
}

pub(in crate::testing) async fn store_list__limit(at: Stage) {
    hold_strange_keys(&at).await;
    is("`list` with a limit of 0", list(at.other(), "", None, 0).await.len(), 0);
    is("`list` with a limit of 3", list(at.other(), "", None, 3).await.len(), 3);
    is("`list` with no limit to speak of", list(at.other(), "", None, usize::MAX).await.len(), STRANGE.len());
}

pub(in crate::testing) async fn store_list__in_order(at: Stage) {
    let keys = hold_numbered_keys(&at).await;
    is("`list`", list(at.other(), "p:", None, 99).await, keys);
}

pub(in crate::testing) async fn store_list__after(at: Stage) {
    hold_numbered_keys(&at).await;
    is("`list` after the key `p:z`", list(at.other(), "p:", Some("p:z"), 1).await, vec!["p:é".to_owned()]);
    is(
        "`list` after a key that is not held",
        list(at.other(), "p:", Some("p:29x"), 1).await,
        ["p:3"].map(String::from).into(),
    );
    is(
        "`list` after what comes before the prefix",
        list(at.other(), "p:", Some("a"), 1).await,
        vec!["p:0".to_owned()],
    );
    is("`list` after what comes behind the prefix", list(at.other(), "p:", Some("z"), 9).await, Vec::new());
}

pub(in crate::testing) async fn store_list__by_pages(at: Stage) {
    let keys = hold_numbered_keys(&at).await;
    let mut pages: Vec<String> = Vec::new();
    loop {
        let page = list(at.other(), "p:", pages.last().map(String::as_str), 7).await;
        if page.is_empty() {
            break;
        }
        pages.extend(page);
        holds(
            "how many keys came",
            pages.len(),
            pages.len() <= keys.len(),
            &format!("at most {}", keys.len()),
        );
    }
    is("all pages together", pages, keys);
}

async fn hold_strange_keys(at: &Stage) {
    for text in STRANGE {
        acquire(at.store(), text, &Owner::unique()).await;
    }
}

/// Keys below `p:` in their order, and two beside them.
async fn hold_numbered_keys(at: &Stage) -> Vec<String> {
    let mut keys: Vec<String> = (0..30).map(|n| format!("p:{n}")).collect();
    keys.extend(["p:é", "p:z", "p:Z", "p:\u{FFFD}", "p:\u{1F600}"].map(String::from));
    for text in keys.iter().map(String::as_str).chain(["o:1", "q:1"]) {
        acquire(at.store(), text, &Owner::unique()).await;
    }
    keys.sort();
    keys
}

/// Exactly these keys, given in order, are listed in both processes.
async fn lists<const N: usize>(at: &Stage, prefix: &str, keys: [&str; N]) {
    for store in [at.store(), at.other()] {
        is(
            &format!("`list` of {prefix:?}"),
            list(store, prefix, None, 99).await,
            keys.map(String::from).into(),
        );
    }
}
