//! Compiles: minutes.

use lockproof::Locks;

fn name(locks: &Locks) {
    let _ = locks.lock("report").max_hold("10m");
}

fn main() {}
