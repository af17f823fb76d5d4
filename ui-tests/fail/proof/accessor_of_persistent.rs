//! An entity that is not locked has no fencing token.

use lockproof::{FencingToken, Lockable, Locked, Persistent};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn token(account: &Persistent<Account>) -> FencingToken {
    Locked::fence(account)
}

fn main() {}
