//! How long a lock is kept alive is a length of time.

use lockproof::Locks;

fn name(locks: &Locks) {
    let _ = locks.lock("report").max_hold(600);
}

fn main() {}
