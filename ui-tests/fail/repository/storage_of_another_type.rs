//! Accounts are not kept where orders are.

use lockproof::{Lockable, Locks, MemoryStorage};

#[derive(Lockable, Clone)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

#[derive(Lockable, Clone)]
struct Order {
    #[lock(id)]
    id: u64,
    total: i64,
}

fn open(locks: &Locks) {
    let storage = MemoryStorage::<Order>::new();
    locks.repository::<Account, _>(storage);
}

fn main() {}
