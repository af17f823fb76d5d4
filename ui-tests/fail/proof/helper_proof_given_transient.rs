//! A function that demands a proof is not called with an entity that is not stored yet.

use lockproof::{LockProof, Lockable, Transient};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn refund(account: &mut impl LockProof<Account>, cents: i64) {
    account.edit().balance += cents;
}

fn run(account: &mut Transient<Account>) {
    refund(account, 500);
}

fn main() {}
