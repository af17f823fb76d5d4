//! A name becomes a key by being checked.

use lockproof::{InvalidKey, LockKey};

fn key() -> Result<LockKey, InvalidKey> {
    Ok(LockKey("".into()))
}

fn main() {}
