//! Compiles: `kind = "acct"`.

use lockproof::Lockable;

#[derive(Lockable)]
#[lock(kind = "acct")]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn main() {}
