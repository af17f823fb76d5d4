use std::{
    hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState},
    sync::LazyLock,
};

/// The hash of a key's text. A key keeps it: it is looked up a dozen times between its acquisition and its release.
///
/// Keyed at random for each process, as the standard library's maps are, since keys are made of what users send.
pub(super) fn key_hash(text: &str) -> u64 {
    static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    HASHER.hash_one(text)
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
