//! What is stored has an id: a type without one cannot be a new entity.

use lockproof::{Lockable, Transient};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

struct Visitor {
    name: String,
}

fn new(visitor: Visitor, account: Account) {
    let _new = Transient::new(visitor);
}

fn main() {}
