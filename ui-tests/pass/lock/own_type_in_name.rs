//! Compiles: it says so.

use lockproof::Locks;

#[derive(Clone, Copy, lockproof::LockKeyPart)]
struct OrderId(u64);

fn name(locks: &Locks, id: OrderId) {
    let _ = locks.lock(("order", id));
}

fn main() {}
