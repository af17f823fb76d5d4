//! `strict` takes no value.

use lockproof::Lockable;

#[derive(Lockable)]
#[lock(strict = true)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn main() {}
