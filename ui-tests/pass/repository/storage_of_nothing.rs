//! Compiles: a storage.

use lockproof::{Lockable, Locks};

#[derive(Lockable, Clone)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn open(locks: &Locks) {
    locks.repository::<Account, _>(lockproof::MemoryStorage::new());
}

fn main() {}
