//! An entity has at most one tenant.

use lockproof::Lockable;

#[derive(Lockable)]
struct Order {
    #[lock(tenant)]
    shop: u32,
    #[lock(tenant)]
    region: u32,
    #[lock(id)]
    number: u64,
}

fn main() {}
