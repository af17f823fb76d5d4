//! What is kept in memory can be cloned.

use lockproof::{Lockable, MemoryStorage};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

struct Bank {
    accounts: MemoryStorage<Account>,
}

fn main() {}
