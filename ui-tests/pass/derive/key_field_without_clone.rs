//! Compiles: it is derived.

use lockproof::{LockKeyPart, Lockable};

#[derive(Clone, PartialEq, Eq, Hash, LockKeyPart)]
struct Region(u32);

#[derive(Lockable)]
#[lock(key(region, number))]
struct Order {
    region: Region,
    number: u64,
}

fn main() {}
