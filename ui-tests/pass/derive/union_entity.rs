//! Compiles: a struct.

use lockproof::Lockable;

#[derive(Lockable)]
struct Order {
    #[lock(id)]
    number: u64,
}

fn main() {}
