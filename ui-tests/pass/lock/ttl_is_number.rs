//! Compiles: seconds.

use lockproof::Locks;

fn name(locks: &Locks) {
    let _ = locks.lock("report").ttl("30s");
}

fn main() {}
