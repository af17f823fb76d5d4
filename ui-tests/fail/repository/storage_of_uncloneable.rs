//! What is kept in memory can be cloned.

use lockproof::{Lockable, Locks, MemoryStorage};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn open(locks: &Locks) {
    locks.repository(MemoryStorage::<Account>::new());
}

fn main() {}
