//! The tenant stands before the key already.

use lockproof::Lockable;

#[derive(Lockable)]
#[lock(key(shop, number))]
struct Order {
    #[lock(tenant)]
    shop: u32,
    number: u64,
}

fn main() {}
