//! Every field of a key can be hashed.

use lockproof::{LockKeyPart, Lockable};

#[derive(Clone, PartialEq, Eq, LockKeyPart)]
struct Region(u32);

#[derive(Lockable)]
#[lock(key(region, number))]
struct Order {
    region: Region,
    number: u64,
}

fn main() {}
