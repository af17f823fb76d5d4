//! What is stored has an id: a row of a type without one is no entity.

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

fn print(_: &Persistent<Visitor>) {}

fn main() {}
