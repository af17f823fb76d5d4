use std::{
    cmp::Ordering,
    hash::{BuildHasher, BuildHasherDefault, Hash, Hasher, RandomState},
    sync::{Arc, LazyLock},
};

/// A text that keeps its hash: a key is looked up a dozen times between its acquisition and its release.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct HashedText {
    text: Arc<str>,
    hash: u64,
}

impl HashedText {
    /// The hash is keyed at random for each process, as in the standard library's maps: keys are made of what users send.
    pub(super) fn of(text: Arc<str>) -> Self {
        static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        Self { hash: HASHER.hash_one(&*text), text }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn hash_code(&self) -> u64 {
        self.hash
    }
}

impl Ord for HashedText {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

impl PartialOrd for HashedText {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for HashedText {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

/// For maps by [`LockKey`](super::LockKey), which comes with its hash.
pub(crate) type ByKey = BuildHasherDefault<KeyHasher>;

/// Passes on the hash that a key has.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn write(&mut self, bytes: &[u8]) {
        // Keys write one number; whatever else comes must still tell values apart.
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
