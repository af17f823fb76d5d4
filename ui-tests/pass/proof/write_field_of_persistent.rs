//! Compiles: of a locked one.

use lockproof::{Lockable, Persistent};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn refund(account: &mut lockproof::Locked<Persistent<Account>>) {
    account.balance += 500;
}

fn main() {}
