//! Entities are ordered by a field that has an order.

use lockproof::{Lockable, Query, field};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    email: String,
    rate: f64,
}

fn sorted() -> Query<Account> {
    Query::all().order_by(field!(Account.rate).ascending())
}

fn main() {}
