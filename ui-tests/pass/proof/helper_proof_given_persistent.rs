//! Compiles: with a guard.

use lockproof::{LockProof, Lockable, Persistent};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn refund(account: &mut impl LockProof<Account>, cents: i64) {
    account.edit().balance += cents;
}

fn run(account: &mut lockproof::Locked<lockproof::Persistent<Account>>) {
    refund(account, 500);
}

fn main() {}
