//! An owner of one's own is a text or has parts: a number does not say of whom.

use lockproof::Locks;

fn name(locks: &Locks) {
    let _ = locks.lock("report").owner(7);
}

fn main() {}
