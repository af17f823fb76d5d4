//! The id is named once: by `id` or by `key(..)`.

use lockproof::Lockable;

#[derive(Lockable)]
#[lock(key(region, number))]
struct Order {
    region: u32,
    #[lock(id)]
    number: u64,
}

fn main() {}
