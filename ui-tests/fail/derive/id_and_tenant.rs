//! A field is the id or the tenant, not both.

use lockproof::Lockable;

#[derive(Lockable)]
struct Order {
    #[lock(id, tenant)]
    number: u64,
}

fn main() {}
