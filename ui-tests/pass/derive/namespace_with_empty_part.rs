//! Compiles: `namespace = "billing:eu"`.

use lockproof::Lockable;

#[derive(Lockable)]
#[lock(namespace = "billing:eu")]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn main() {}
