//! A float is no part of a lock's name: equal ones would write different names.

use lockproof::Locks;

fn name(locks: &Locks) {
    let _ = locks.lock(("report", 3.5));
}

fn main() {}
