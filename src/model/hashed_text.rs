use std::{
    cmp::Ordering,
    hash::{BuildHasher, BuildHasherDefault, Hash, Hasher, RandomState},
    sync::{Arc, LazyLock},
};

/// A text that keeps its hash: a key is looked up half a dozen times between its acquisition and its release.
///
/// One word: every lock has it in four places.
#[derive(Clone)]
pub(super) struct HashedText(Arc<Inner>);

struct Inner {
    hash: u64,
    text: Box<str>,
}

impl HashedText {
    /// The hash is keyed at random for each process, as in the standard library's maps: keys are made of what users send.
    pub(super) fn of(text: impl Into<Box<str>>) -> Self {
        static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        let text = text.into();
        Self(Arc::new(Inner { hash: HASHER.hash_one(&text), text }))
    }

    pub(super) fn text(&self) -> &str {
        &self.0.text
    }

    pub(super) fn hash_code(&self) -> u64 {
        self.0.hash
    }
}

impl PartialEq for HashedText {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.hash_code() == other.hash_code() && self.text() == other.text()
    }
}

impl Eq for HashedText {}

impl Ord for HashedText {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text().cmp(other.text())
    }
}

impl PartialOrd for HashedText {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for HashedText {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash_code());
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
