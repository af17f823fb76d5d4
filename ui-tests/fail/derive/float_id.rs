//! An id is not a float: equal ones would have two locks.

use lockproof::Lockable;

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: f64,
    balance: i64,
}

fn main() {}
