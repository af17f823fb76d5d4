//! Not even a generic function can clone a guard.

use lockproof::{Lockable, Locked, Persistent};

#[derive(Lockable, Clone)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn two<T: Clone>(value: &T) -> (T, T) {
    (value.clone(), value.clone())
}

fn split(account: Locked<Persistent<Account>>) {
    two(&account);
}

fn main() {}
