//! A function that demands the guard is not called with a shared one.

use lockproof::{LockProof, Lockable, Locked, Persistent};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn refund(account: &mut Locked<Persistent<Account>>, cents: i64) {
    account.edit().balance += cents;
}

fn run(account: &Locked<Persistent<Account>>) {
    refund(account, 500);
}

fn main() {}
