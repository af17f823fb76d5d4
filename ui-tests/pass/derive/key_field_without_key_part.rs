//! Compiles: it is derived.

use lockproof::Lockable;

#[derive(Clone, PartialEq, Eq, Hash, lockproof::LockKeyPart)]
struct Region(u32);

#[derive(Lockable)]
#[lock(key(region, number))]
struct Order {
    region: Region,
    number: u64,
}

fn main() {}
