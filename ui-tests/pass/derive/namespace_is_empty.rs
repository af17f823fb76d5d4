//! Compiles: `namespace = "billing"`.

use lockproof::Lockable;

#[derive(Lockable)]
#[lock(namespace = "billing")]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn main() {}
