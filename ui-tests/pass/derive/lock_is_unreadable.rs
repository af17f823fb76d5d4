//! Compiles: `strict`.

use lockproof::Lockable;

#[derive(Lockable)]
#[lock(strict)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn main() {}
