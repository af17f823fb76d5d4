//! An entity has one id.

use lockproof::Lockable;

#[derive(Lockable)]
struct Order {
    #[lock(id)]
    region: u32,
    #[lock(id)]
    number: u64,
}

fn main() {}
