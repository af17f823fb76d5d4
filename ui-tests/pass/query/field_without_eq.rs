//! Compiles: it can.

use lockproof::{Filter, Lockable, field};

#[derive(Clone, PartialEq)]
struct Address(String);

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    address: Address,
}

fn by(address: Address) -> Filter<Account> {
    field!(Account.address).eq(address)
}

fn main() {}
