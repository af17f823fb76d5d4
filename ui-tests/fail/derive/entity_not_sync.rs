//! An entity can be read by several threads.

use lockproof::Lockable;

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: std::cell::Cell<i64>,
}

fn main() {}
