//! Compiles: a value.

use lockproof::LockKeyPart;

#[derive(LockKeyPart)]
struct Region(u32);

fn main() {}
