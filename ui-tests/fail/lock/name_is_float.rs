//! A float does not name a lock: equal ones would write different names.

use lockproof::Locks;

fn name(locks: &Locks) {
    let _ = locks.lock(3.5);
}

fn main() {}
