//! A method that changes the entity cannot be called on one that is not locked.

use lockproof::{Lockable, Persistent};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

impl Account {
    fn refund(&mut self, cents: i64) {
        self.balance += cents;
    }
}

fn refund(account: &mut Persistent<Account>) {
    account.refund(500);
}

fn main() {}
