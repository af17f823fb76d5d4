//! An id is always there.

use lockproof::Lockable;

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: Option<u64>,
    balance: i64,
}

fn main() {}
