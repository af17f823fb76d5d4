//! An entity is not a union.

use lockproof::Lockable;

#[derive(Lockable)]
union Order {
    #[lock(id)]
    number: u64,
}

fn main() {}
