//! A kind leaves room for the id.

use lockproof::Lockable;

#[derive(Lockable)]
#[lock(kind = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn main() {}
