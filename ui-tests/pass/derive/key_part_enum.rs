//! Compiles: a newtype.

use lockproof::LockKeyPart;

#[derive(LockKeyPart)]
struct Region {
    code: u32,
}

fn main() {}
