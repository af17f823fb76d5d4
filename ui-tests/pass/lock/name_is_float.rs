//! Compiles: an integer in a tuple does.

use lockproof::Locks;

fn name(locks: &Locks) {
    let _ = locks.lock(("report", 3));
}

fn main() {}
