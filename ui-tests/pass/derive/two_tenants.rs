//! Compiles: one of them.

use lockproof::Lockable;

#[derive(Lockable)]
struct Order {
    #[lock(tenant)]
    shop: u32,
    region: u32,
    #[lock(id)]
    number: u64,
}

fn main() {}
