//! A tenant is always there.

use lockproof::Lockable;

#[derive(Lockable)]
struct Account {
    #[lock(tenant)]
    bank: Option<u32>,
    #[lock(id)]
    id: u64,
}

fn main() {}
