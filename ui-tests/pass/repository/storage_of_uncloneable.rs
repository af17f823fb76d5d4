//! Compiles: it can.

use lockproof::{Lockable, Locks, MemoryStorage};

#[derive(Lockable, Clone)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn open(locks: &Locks) {
    locks.repository(MemoryStorage::<Account>::new());
}

fn main() {}
