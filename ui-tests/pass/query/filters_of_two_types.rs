//! Compiles: of one.

use lockproof::{Filter, Lockable, field};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    email: String,
    rate: f64,
}

#[derive(Lockable)]
struct Order {
    #[lock(id)]
    id: u64,
    total: i64,
}

fn both() -> Filter<Account> {
    field!(Account.id).eq(1).and(field!(Account.email).eq("5"))
}

fn main() {}
