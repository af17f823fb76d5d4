//! Compiles: with a word before it.

use lockproof::Locks;

fn name(locks: &Locks) {
    let _ = locks.lock(("order", 42));
}

fn main() {}
