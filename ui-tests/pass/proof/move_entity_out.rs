//! Compiles: borrowed.

use lockproof::{Lockable, Locked, Persistent};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn take(account: Locked<Persistent<Account>>) -> i64 {
    let account: &Account = &account;
    account.balance
}

fn main() {}
