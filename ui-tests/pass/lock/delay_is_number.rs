//! Compiles: seconds.

use lockproof::Locks;

fn name(locks: &Locks) {
    let _ = locks.lock("report").delay("5s");
}

fn main() {}
