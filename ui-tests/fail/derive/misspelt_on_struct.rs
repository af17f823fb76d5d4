//! A misspelt word above the struct is corrected.

use lockproof::Lockable;

#[derive(Lockable)]
#[lock(knid = "acct")]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn main() {}
