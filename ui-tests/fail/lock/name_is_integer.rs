//! A number alone does not name a lock: everybody's 42 would be the same.

use lockproof::Locks;

fn name(locks: &Locks) {
    let _ = locks.lock(42);
}

fn main() {}
