//! What cannot be read is refused.

use lockproof::Lockable;

#[derive(Lockable)]
#[lock("strict")]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn main() {}
