//! `id` takes no value.

use lockproof::Lockable;

#[derive(Lockable)]
struct Account {
    #[lock(id = "number")]
    number: u64,
}

fn main() {}
