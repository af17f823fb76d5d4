//! A delay between two looks is a length of time.

use lockproof::Locks;

fn name(locks: &Locks) {
    let _ = locks.lock("report").delay(5);
}

fn main() {}
