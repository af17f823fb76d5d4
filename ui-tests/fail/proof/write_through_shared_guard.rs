//! An entity cannot be changed through a shared reference to its guard.

use lockproof::{Lockable, Locked, Persistent};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn refund(account: &Locked<Persistent<Account>>) {
    account.balance += 500;
}

fn main() {}
