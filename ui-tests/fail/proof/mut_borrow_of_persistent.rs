//! No `&mut Account` is to be had of an entity that is not locked.

use lockproof::{Lockable, Persistent};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn refund(account: &mut Account) {
    account.balance += 500;
}

fn run(account: &mut Persistent<Account>) {
    refund(account);
}

fn main() {}
