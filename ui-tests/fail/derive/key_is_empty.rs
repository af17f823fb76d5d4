//! A key has fields.

use lockproof::Lockable;

#[derive(Lockable)]
#[lock(key())]
struct Order {
    region: u32,
    number: u64,
}

fn main() {}
