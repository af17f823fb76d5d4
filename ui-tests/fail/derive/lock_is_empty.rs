//! An empty `#[lock]` is refused: it would say nothing.

use lockproof::Lockable;

#[derive(Lockable)]
struct Account {
    #[lock]
    id: u64,
    balance: i64,
}

fn main() {}
