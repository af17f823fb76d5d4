//! What a repository keeps can be locked.

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

async fn count(_: impl Repository<Visitor>) -> usize {
    0
}

fn main() {}
