//! Compiles: an account can.

use lockproof::{Lockable, Locked, Persistent};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

struct Visitor {
    name: String,
}

fn rename(_: &mut Locked<Persistent<Account>>) {}

fn main() {}
