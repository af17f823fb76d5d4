//! An entity has an id.

use lockproof::Lockable;

#[derive(Lockable)]
struct Account {
    id: u64,
    balance: i64,
}

fn main() {}
