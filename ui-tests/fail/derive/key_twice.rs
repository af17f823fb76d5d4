//! A key is named once.

use lockproof::Lockable;

#[derive(Lockable)]
#[lock(key(region), key(number))]
struct Order {
    region: u32,
    number: u64,
}

fn main() {}
