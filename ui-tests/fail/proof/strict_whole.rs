//! A strict entity cannot be replaced, not even by whoever holds its lock.

use lockproof::{LockProof, Lockable, Locked, Persistent};

#[derive(Lockable)]
#[lock(strict)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn replace(account: &mut Locked<Persistent<Account>>, other: Account) {
    *account.edit() = other;
}

fn main() {}
