//! Compiles: a value of that type.

use lockproof::{Filter, Lockable, field};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    email: String,
    rate: f64,
}

fn by() -> Filter<Account> {
    field!(Account.email).eq("5")
}

fn main() {}
