//! A kind is one part of a key.

use lockproof::Lockable;

#[derive(Lockable)]
#[lock(kind = "bank:acct")]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn main() {}
