//! Compiles: an account is.

use lockproof::{Lockable, Persistent};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

struct Visitor {
    name: String,
}

fn print(_: &Persistent<Account>) {}

fn main() {}
