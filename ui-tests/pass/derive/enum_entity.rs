//! Compiles: a struct.

use lockproof::Lockable;

#[derive(Lockable)]
#[lock(key(number))]
struct Order {
    number: u64,
}

fn main() {}
