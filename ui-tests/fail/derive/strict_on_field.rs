//! `strict` stands above the struct.

use lockproof::Lockable;

#[derive(Lockable)]
struct Account {
    #[lock(strict)]
    bank: u32,
    #[lock(id)]
    id: u64,
}

fn main() {}
