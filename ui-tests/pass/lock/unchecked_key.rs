//! Compiles: checked.

use lockproof::{InvalidKey, LockKey};

fn key() -> Result<LockKey, InvalidKey> {
    LockKey::new("")
}

fn main() {}
