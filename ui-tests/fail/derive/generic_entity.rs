//! An entity is not generic: all of its kinds would share their locks.

use lockproof::Lockable;

#[derive(Lockable)]
struct Page<const SIZE: usize> {
    #[lock(id)]
    number: u64,
}

fn main() {}
