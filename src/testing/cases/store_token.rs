//! Each grant of a key has a higher token than all before, whatever came in between.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which situation")]

use crate::{
    model::{FencingToken, Owner},
    store::LockStore,
    testing::{
        calls::{acquire, force, is_released, rotate, try_acquire},
        say::holds,
        stage::Stage,
    },
};

/// Tokens in the order in which they were granted.
struct Rising(FencingToken);

impl Rising {
    fn new() -> Self {
        Self(FencingToken::ZERO)
    }

    #[track_caller]
    fn goes_on(&mut self, what: &str, token: FencingToken) {
        holds(&format!("the token of {what}"), token, token > self.0, &format!("above {}", self.0));
        self.0 = token;
    }
}

pub(in crate::testing) async fn store_token__over_releases(at: Stage) {
    let mut tokens = Rising::new();
    for turn in 0..50 {
        let (me, store) = (Owner::unique(), [at.store(), at.other()][turn % 2]);
        tokens.goes_on("a grant after a release", acquire(store, "k", &me).await);
        is_released(store, "k", &me).await;
    }
}

pub(in crate::testing) async fn store_token__over_releases_by_one_owner(at: Stage) {
    let mut tokens = Rising::new();
    let me = Owner::unique();
    for _ in 0..20 {
        tokens.goes_on("a grant after a release", acquire(at.store(), "k", &me).await);
        is_released(at.other(), "k", &me).await;
    }
}

pub(in crate::testing) async fn store_token__over_rotations(at: Stage) {
    let mut tokens = Rising::new();
    let mut holder = Owner::unique();
    tokens.goes_on("a grant", acquire(at.store(), "k", &holder).await);
    for _ in 0..20 {
        let heir = Owner::unique();
        let token = rotate(at.other(), "k", &holder, &heir, None).await.expect("it is held");
        tokens.goes_on("a hand-over", token);
        holder = heir;
    }
    is_released(at.store(), "k", &holder).await;
    tokens.goes_on("a grant after hand-overs", acquire(at.other(), "k", &holder).await);
}

pub(in crate::testing) async fn store_token__over_forced_releases(at: Stage) {
    let mut tokens = Rising::new();
    for _ in 0..20 {
        tokens.goes_on("a grant", acquire(at.store(), "k", &Owner::unique()).await);
        tokens.goes_on("a forced release", force(at.other(), "k").await.expect("it is held"));
    }
}

pub(in crate::testing) async fn store_token__over_lapses(at: Stage) {
    let mut tokens = Rising::new();
    for _ in 0..3 {
        let token = try_acquire(at.store(), "k", &Owner::unique(), at.short).await.expect("it is free");
        tokens.goes_on("a grant after a lapse", token);
        at.lapse().await;
    }
}

pub(in crate::testing) async fn store_token__over_all_of_these(at: Stage) {
    let mut tokens = Rising::new();
    let turn = async |tokens: &mut Rising, store: &dyn LockStore| {
        let (me, heir) = (Owner::unique(), Owner::unique());
        tokens.goes_on("a grant", acquire(store, "k", &me).await);
        tokens.goes_on("a hand-over", rotate(store, "k", &me, &heir, None).await.expect("it is held"));
        is_released(store, "k", &heir).await;
        tokens.goes_on("a grant after a release", acquire(store, "k", &me).await);
        tokens.goes_on("a forced release", force(store, "k").await.expect("it is held"));
    };
    for _ in 0..10 {
        turn(&mut tokens, at.store()).await;
        turn(&mut tokens, at.other()).await;
    }
}

pub(in crate::testing) async fn store_token__over_releases_of_many_keys(at: Stage) {
    // A store that forgets a key with its lock forgets its token too.
    let mut first = Vec::new();
    let me = Owner::unique();
    for n in 0..100 {
        let text = format!("k:{n}");
        first.push(acquire(at.store(), &text, &me).await);
        is_released(at.store(), &text, &me).await;
    }
    for (n, before) in first.into_iter().enumerate() {
        let mut tokens = Rising(before);
        tokens.goes_on("a second grant", acquire(at.other(), &format!("k:{n}"), &me).await);
    }
}

pub(in crate::testing) async fn store_token__fits_into_a_double(at: Stage) {
    let token = acquire(at.store(), "k", &Owner::unique()).await;
    let fits = token > FencingToken::ZERO && token < FencingToken::MAX;
    holds("a token", token, fits, "above 0 and below 2^53");
}
