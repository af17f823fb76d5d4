//! An unknown word on a field is refused.

use lockproof::Lockable;

#[derive(Lockable)]
struct Account {
    #[lock(readonly)]
    bank: u32,
    #[lock(id)]
    id: u64,
}

fn main() {}
