//! Compiles: the other field is the tenant.

use lockproof::Lockable;

#[derive(Lockable)]
struct Order {
    #[lock(tenant)]
    region: u32,
    #[lock(id)]
    number: u64,
}

fn main() {}
