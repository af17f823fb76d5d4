//! The lock of an order is no proof that an account is locked.

use lockproof::{LockProof, Lockable, Locked, Persistent};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

#[derive(Lockable)]
struct Order {
    #[lock(id)]
    id: u64,
    total: i64,
}

fn refund(account: &mut impl LockProof<Account>, cents: i64) {
    account.edit().balance += cents;
}

fn run(account: &mut Locked<Persistent<Order>>) {
    refund(account, 500);
}

fn main() {}
