//! A type of one's own is a key part because it says so.

use lockproof::Locks;

#[derive(Clone, Copy)]
struct OrderId(u64);

fn name(locks: &Locks, id: OrderId) {
    let _ = locks.lock(("order", id));
}

fn main() {}
