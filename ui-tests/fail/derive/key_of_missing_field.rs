//! The fields of a key exist.

use lockproof::Lockable;

#[derive(Lockable)]
#[lock(key(regoin, number))]
struct Order {
    region: u32,
    number: u64,
}

fn main() {}
