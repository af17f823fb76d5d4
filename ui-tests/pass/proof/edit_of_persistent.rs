//! Compiles: a locked one has.

use lockproof::{LockProof, Lockable, Persistent};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn refund(account: &mut lockproof::Locked<Persistent<Account>>) {
    account.edit().balance += 500;
}

fn main() {}
