//! A repository stands over a place where its entities are kept.

use lockproof::{Lockable, Locks};

#[derive(Lockable, Clone)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn open(locks: &Locks) {
    locks.repository::<Account, _>(42);
}

fn main() {}
