//! A misspelt word on a field is corrected.

use lockproof::Lockable;

#[derive(Lockable)]
struct Account {
    #[lock(tennant)]
    bank: u32,
    #[lock(id)]
    id: u64,
}

fn main() {}
