//! A function that demands a proof is not called with a plain value.

use lockproof::{LockProof, Lockable};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn refund(account: &mut impl LockProof<Account>, cents: i64) {
    account.edit().balance += cents;
}

fn run(account: &mut Account) {
    refund(account, 500);
}

fn main() {}
