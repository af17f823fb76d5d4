//! An id can be cloned.

use lockproof::{LockKeyPart, Lockable};

#[derive(PartialEq, Eq, Hash, LockKeyPart)]
struct AccountId(u64);

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: AccountId,
    balance: i64,
}

fn main() {}
