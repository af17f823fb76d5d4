//! Keys, owners and labels are text that comes back as it was given and is compared byte for byte.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which situation")]

use crate::{
    model::{Label, Owner},
    store::{Acquire, ReleaseReply},
    testing::{
        calls::{LONG, acquire, holder, is_released, key, list, release, ttl},
        say::is,
        stage::Stage,
    },
};

/// Texts that a careless comparison takes for one another.
const ALIKE: [&str; 12] =
    ["key", "KEY", "kéy", "ke\u{301}y", "key ", " key", "ｋey", "key\t", "1", "1.0", "01", "null"];
/// Names as people and attackers have them.
const NAMES: [&str; 6] = ["ada", "ADA", "ada ", "ädá", "'; DROP TABLE x; --", "42"];

pub(in crate::testing) async fn store_text__keys_that_look_alike(at: Stage) {
    for text in ALIKE {
        acquire(at.store(), text, &Owner::unique()).await;
    }
    let mut sorted = ALIKE;
    sorted.sort_unstable();
    is("`list`", list(at.other(), "", None, 99).await, sorted.map(String::from).into());
}

pub(in crate::testing) async fn store_text__a_key_of_full_length(at: Stage) {
    let longest = at.store().capabilities().max_key_len;
    let long = "é".repeat(longest / 2);
    let me = Owner::unique();
    acquire(at.store(), &long, &me).await;
    is("who holds it", holder(at.other(), &long).await.map(|held| held.owner), Some(me.clone()));
    is("`list` of it", list(at.other(), &long, None, 9).await, vec![long.clone()]);
    is_released(at.other(), &long, &me).await;
}

pub(in crate::testing) async fn store_text__long_keys_that_differ_at_the_end(at: Stage) {
    let same = "k".repeat(at.store().capabilities().max_key_len - 1);
    for end in ["a", "A", "b"] {
        acquire(at.store(), &format!("{same}{end}"), &Owner::unique()).await;
    }
    is("how many are listed", list(at.other(), &same, None, 9).await.len(), 3);
}

pub(in crate::testing) async fn store_text__owners(at: Stage) {
    for (n, name) in [&NAMES[..], &["x".repeat(Owner::MAX_LEN).as_str()]].concat().into_iter().enumerate() {
        let owner = Owner::from_text(name).expect("a legal owner");
        let text = format!("k:{n}");
        acquire(at.store(), &text, &owner).await;
        is("the owner", holder(at.other(), &text).await.map(|held| held.owner), Some(owner.clone()));
        is_released(at.other(), &text, &owner).await;
    }
}

pub(in crate::testing) async fn store_text__owners_that_look_alike(at: Stage) {
    let owner = |name| Owner::from_text(name).expect("a legal owner");
    for (n, name) in NAMES.into_iter().enumerate() {
        let text = format!("k:{n}");
        acquire(at.store(), &text, &owner(name)).await;
        for stranger in NAMES.into_iter().filter(|stranger| *stranger != name) {
            let what = format!("`release` by {stranger:?} of what {name:?} holds");
            is(&what, release(at.other(), &text, &owner(stranger)).await, ReleaseReply::NotHeld);
        }
        is_released(at.other(), &text, &owner(name)).await;
    }
}

pub(in crate::testing) async fn store_text__labels(at: Stage) {
    let long = "x".repeat(Label::MAX_LEN);
    for (n, name) in [&NAMES[..], &["", &long]].concat().into_iter().enumerate() {
        let text = format!("k:{n}");
        let request = Acquire::new(key(&text), Owner::unique(), Label::from(name), ttl(LONG));
        at.store().acquire(request).await.expect("`acquire` answers");
        is("the label", holder(at.other(), &text).await.map(|held| held.label), Some(Label::from(name)));
    }
}
