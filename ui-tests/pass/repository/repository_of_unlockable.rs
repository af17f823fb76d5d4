//! Compiles: an account can.

use lockproof::{Lockable, Repository};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

struct Visitor {
    name: String,
}

async fn count(_: impl Repository<Account>) -> usize {
    0
}

fn main() {}
