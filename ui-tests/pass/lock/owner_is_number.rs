//! Compiles: a user.

use lockproof::Locks;

fn name(locks: &Locks) {
    let _ = locks.lock("report").owner(("user", 7));
}

fn main() {}
