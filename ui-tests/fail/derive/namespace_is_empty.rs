//! A namespace has letters.

use lockproof::Lockable;

#[derive(Lockable)]
#[lock(namespace = "")]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn main() {}
