//! Only what can be locked has a guard.

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

fn rename(_: &mut Locked<Persistent<Visitor>>) {}

fn main() {}
