//! Compiles: through a unique one.

use lockproof::{Lockable, Locked, Persistent};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn refund(account: &mut Locked<Persistent<Account>>) {
    account.balance += 500;
}

fn main() {}
