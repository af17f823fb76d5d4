//! An unknown word above the struct is refused.

use lockproof::Lockable;

#[derive(Lockable)]
#[lock(ttl = "30s")]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn main() {}
