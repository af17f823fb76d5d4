//! Compiles: a type for each.

use lockproof::Lockable;

#[derive(Lockable)]
struct Page {
    #[lock(id)]
    number: u64,
}

fn main() {}
