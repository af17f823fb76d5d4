//! The id of a strict entity cannot be changed, not even by whoever holds its lock.

use lockproof::{LockProof, Lockable, Locked, Persistent};

#[derive(Lockable)]
#[lock(strict)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn rename(account: &mut Locked<Persistent<Account>>) {
    *account.edit().id = 2;
}

fn main() {}
