//! A function that demands a proof is not called with an entity that is not locked.

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

fn run(account: &mut Persistent<Account>) {
    refund(account, 500);
}

fn main() {}
