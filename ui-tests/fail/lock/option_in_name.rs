//! An `Option` is no part of a lock's name: without a value there is no name.

use lockproof::Locks;

fn name(locks: &Locks) {
    let _ = locks.lock(("report", Some(3)));
}

fn main() {}
