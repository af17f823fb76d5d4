//! Compiles: `tenant`.

use lockproof::Lockable;

#[derive(Lockable)]
struct Account {
    #[lock(tenant)]
    bank: u32,
    #[lock(id)]
    id: u64,
}

fn main() {}
