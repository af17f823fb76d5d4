//! Compiles: `id` alone.

use lockproof::Lockable;

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    number: u64,
}

fn main() {}
