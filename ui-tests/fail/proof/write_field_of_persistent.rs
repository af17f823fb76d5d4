//! Not even a field of an entity that is not locked can be assigned to.

use lockproof::{Lockable, Persistent};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn refund(account: &mut Persistent<Account>) {
    account.balance += 500;
}

fn main() {}
