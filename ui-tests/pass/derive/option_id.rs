//! Compiles: a `Transient` is new.

use lockproof::Lockable;

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn main() {}
