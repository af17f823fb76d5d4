//! A filter compares a field that can be compared.

use lockproof::{Filter, Lockable, field};

#[derive(Clone)]
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
