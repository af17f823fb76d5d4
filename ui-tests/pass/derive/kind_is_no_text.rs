//! Compiles: `kind = "five"`.

use lockproof::Lockable;

#[derive(Lockable)]
#[lock(kind = "five")]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn main() {}
