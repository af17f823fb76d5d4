use std::{
    collections::{HashMap, HashSet},
    sync::Mutex,
    time::Duration,
};

use tokio::sync::Notify;

use crate::{
    model::{LockKey, clock::BootInstant},
    store::sharded::lock,
};

/// For how long a waiter has the releases of a key announced. One that waits on looks again, and so prolongs it; one that
/// was killed leaves it no higher than this.
pub(super) const LASTS: Duration = Duration::from_secs(8);
/// A look that comes sooner than this after the last announcement changes nothing: the row says so for longer anyway.
const FRESH: Duration = Duration::from_secs(2);

/// Which keys somebody here waits for, so that their releases are announced by whoever makes them.
#[derive(Debug, Default)]
pub(super) struct Interest {
    state: Mutex<State>,
    news: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// How many listen. While nobody does, nobody waits.
    listeners: usize,
    /// Found held, and not announced yet.
    new: HashSet<LockKey>,
    announced: HashMap<LockKey, BootInstant>,
    by_hash: HashMap<String, LockKey>,
}

impl Interest {
    /// A look has found this key held.
    pub(super) fn note(&self, key: &LockKey) {
        let mut state = lock(&self.state);
        if state.listeners == 0 {
            return;
        }
        let now = BootInstant::now();
        let is_fresh = state.announced.get(key).is_some_and(|at| now.since(*at) < FRESH);
        if !is_fresh && state.new.insert(key.clone()) {
            self.news.notify_one();
        }
    }

    /// Completes when there is something to [`take`](Self::take).
    pub(super) async fn news(&self) {
        self.news.notified().await;
    }

    /// What is to be announced.
    pub(super) fn take(&self) -> HashSet<LockKey> {
        std::mem::take(&mut lock(&self.state).new)
    }

    /// It could not be announced yet.
    pub(super) fn put_back(&self, keys: Vec<LockKey>) {
        lock(&self.state).new.extend(keys);
    }

    /// The row says since `at` that somebody waits; a release will come under this hash.
    pub(super) fn announced(&self, key: LockKey, hash: String, at: BootInstant) {
        let mut state = lock(&self.state);
        let State { announced, by_hash, .. } = &mut *state;
        // What nobody asks for any more goes when there is much of it.
        if announced.len() >= 64 && announced.len().is_power_of_two() {
            announced.retain(|_, then| at.since(*then) < LASTS);
            by_hash.retain(|_, key| announced.contains_key(key));
        }
        announced.insert(key.clone(), at);
        by_hash.insert(hash, key);
    }

    /// The key that was released under this hash, if it is one of ours.
    pub(super) fn key(&self, hash: &str) -> Option<LockKey> {
        lock(&self.state).by_hash.get(hash).cloned()
    }

    /// Whoever waits has to look again: nobody has listened for a while.
    pub(super) fn forget(&self) {
        let mut state = lock(&self.state);
        state.announced.clear();
        state.by_hash.clear();
        state.new.clear();
    }

    pub(super) fn more_listeners(&self) {
        lock(&self.state).listeners += 1;
    }

    pub(super) fn fewer_listeners(&self) {
        lock(&self.state).listeners -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> LockKey {
        LockKey::new(text).expect("legal")
    }

    #[test]
    fn only_what_is_waited_for_is_announced() {
        let interest = Interest::default();
        interest.note(&key("a"));
        assert!(interest.take().is_empty(), "nobody listens");
        interest.more_listeners();
        interest.note(&key("a"));
        interest.note(&key("a"));
        assert_eq!(interest.take(), HashSet::from([key("a")]));
        interest.fewer_listeners();
        interest.note(&key("a"));
        assert!(interest.take().is_empty(), "nobody listens any more");
    }

    #[tokio::test(start_paused = true)]
    async fn a_thousand_looks_are_few_announcements() {
        let interest = Interest::default();
        interest.more_listeners();
        let mut announcements = 0;
        for _ in 0..1_000 {
            interest.note(&key("a"));
            for key in interest.take() {
                announcements += 1;
                interest.announced(key, "hash".into(), BootInstant::now());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(announcements, 5, "in ten seconds");
        assert_eq!(interest.key("hash"), Some(key("a")));
        interest.forget();
        assert_eq!(interest.key("hash"), None);
    }

    #[tokio::test(start_paused = true)]
    async fn does_not_grow_with_all_keys_ever_waited_for() {
        let interest = Interest::default();
        interest.more_listeners();
        for number in 0..10_000 {
            interest.announced(key(&format!("k{number}")), number.to_string(), BootInstant::now());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let state = lock(&interest.state);
        assert!(state.announced.len() <= 256, "{}", state.announced.len());
        assert_eq!(state.by_hash.len(), state.announced.len());
    }
}
