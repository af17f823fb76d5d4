//! An entity is a struct.

use lockproof::Lockable;

#[derive(Lockable)]
#[lock(key(number))]
enum Order {
    Open { number: u64 },
}

fn main() {}
