//! Compiles: it can.

use lockproof::{Lockable, MemoryStorage};

#[derive(Lockable, Clone)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

struct Bank {
    accounts: MemoryStorage<Account>,
}

fn main() {}
