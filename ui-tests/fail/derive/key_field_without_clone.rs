//! Every field of a key can be cloned.

use lockproof::{LockKeyPart, Lockable};

#[derive(PartialEq, Eq, Hash, LockKeyPart)]
struct Region(u32);

#[derive(Lockable)]
#[lock(key(region, number))]
struct Order {
    region: Region,
    number: u64,
}

fn main() {}
