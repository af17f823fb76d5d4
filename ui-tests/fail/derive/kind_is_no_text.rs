//! A kind is a text.

use lockproof::Lockable;

#[derive(Lockable)]
#[lock(kind = 5)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn main() {}
