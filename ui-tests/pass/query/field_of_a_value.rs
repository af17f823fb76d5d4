//! Compiles: by the type.

use lockproof::{Filter, Lockable, field};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    email: String,
    rate: f64,
}

fn by(account: &Account) -> Filter<Account> {
    field!(Account.id).eq(1)
}

fn main() {}
