//! The id is marked on its field, not above the struct.

use lockproof::Lockable;

#[derive(Lockable)]
#[lock(id)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn main() {}
