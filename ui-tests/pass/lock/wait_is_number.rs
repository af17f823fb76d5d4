//! Compiles: seconds.

use lockproof::Locks;

fn name(locks: &Locks) {
    let _ = locks.lock("report").wait(std::time::Duration::from_secs(30));
}

fn main() {}
