//! Compiles: a locked one has.

use lockproof::{FencingToken, Lockable, Locked, Persistent};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn token(account: &Locked<Persistent<Account>>) -> FencingToken {
    Locked::fence(account)
}

fn main() {}
