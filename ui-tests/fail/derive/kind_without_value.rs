//! A kind has a value.

use lockproof::Lockable;

#[derive(Lockable)]
#[lock(kind)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn main() {}
