//! An entity that is not locked has no `edit()`.

use lockproof::{LockProof, Lockable, Persistent};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn refund(account: &mut Persistent<Account>) {
    account.edit().balance += 500;
}

fn main() {}
