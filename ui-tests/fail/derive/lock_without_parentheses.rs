//! What `#[lock(..)]` takes stands in parentheses.

use lockproof::Lockable;

#[derive(Lockable)]
#[lock = "acct"]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn main() {}
