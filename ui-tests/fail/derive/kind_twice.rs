//! A kind is named once.

use lockproof::Lockable;

#[derive(Lockable)]
#[lock(kind = "acct", kind = "account")]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn main() {}
