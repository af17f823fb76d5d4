//! Compiles: it has an id.

use lockproof::Lockable;

#[derive(Lockable)]
struct Order(#[lock(id)] u64);

fn main() {}
