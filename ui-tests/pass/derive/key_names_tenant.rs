//! Compiles: left out.

use lockproof::Lockable;

#[derive(Lockable)]
#[lock(key(number))]
struct Order {
    #[lock(tenant)]
    shop: u32,
    number: u64,
}

fn main() {}
