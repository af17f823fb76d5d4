//! A filter names a field of the entity itself, not one further in.

use lockproof::{Filter, Lockable, field};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    email: String,
    rate: f64,
}

fn by() -> Filter<Account> {
    field!(Account.email.len).eq("a@b")
}

fn main() {}
