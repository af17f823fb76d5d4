//! Compiles: not strict.

use lockproof::Lockable;

#[derive(Lockable)]
struct Account(#[lock(id)] u64, i64);

fn main() {}
