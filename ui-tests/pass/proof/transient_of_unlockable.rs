//! Compiles: an account can.

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
    let _new = Transient::new(account);
}

fn main() {}
