//! Compiles: the value is.

use lockproof::Locks;

fn name(locks: &Locks) {
    let _ = locks.lock(("report", 3));
}

fn main() {}
