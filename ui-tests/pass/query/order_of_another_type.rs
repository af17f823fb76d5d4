//! Compiles: by their own.

use lockproof::{Lockable, Query, field};

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

fn sorted() -> Query<Account> {
    Query::all().order_by(field!(Account.id).ascending())
}

fn main() {}
