//! A wait is a length of time: a number does not say of what.

use lockproof::Locks;

fn name(locks: &Locks) {
    let _ = locks.lock("report").wait(30);
}

fn main() {}
