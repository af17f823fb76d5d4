//! Compiles: by one that has.

use lockproof::{Lockable, Query, field};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    email: String,
    rate: f64,
}

fn sorted() -> Query<Account> {
    Query::all().order_by(field!(Account.email).ascending())
}

fn main() {}
