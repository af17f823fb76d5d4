//! Every field of a key is a lock key part.

use lockproof::Lockable;

#[derive(Clone, PartialEq, Eq, Hash)]
struct Region(u32);

#[derive(Lockable)]
#[lock(key(region, number))]
struct Order {
    region: Region,
    number: u64,
}

fn main() {}
