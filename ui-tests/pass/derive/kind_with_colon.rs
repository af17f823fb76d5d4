//! Compiles: `kind = "bank_acct"`.

use lockproof::Lockable;

#[derive(Lockable)]
#[lock(kind = "bank_acct")]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn main() {}
