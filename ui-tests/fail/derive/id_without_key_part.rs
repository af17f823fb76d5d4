//! An id is a lock key part.

use lockproof::Lockable;

#[derive(Clone, PartialEq, Eq, Hash)]
struct AccountId(u64);

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: AccountId,
    balance: i64,
}

fn main() {}
