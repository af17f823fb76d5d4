//! A key has a field once.

use lockproof::Lockable;

#[derive(Lockable)]
#[lock(key(region, region))]
struct Order {
    region: u32,
    number: u64,
}

fn main() {}
