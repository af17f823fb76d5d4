//! Compiles: by `key(..)`.

use lockproof::Lockable;

#[derive(Lockable)]
#[lock(key(region, number))]
struct Order {
    region: u32,
    number: u64,
}

fn main() {}
