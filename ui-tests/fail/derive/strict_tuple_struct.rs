//! A strict entity has names for its fields.

use lockproof::Lockable;

#[derive(Lockable)]
#[lock(strict)]
struct Account(#[lock(id)] u64, i64);

fn main() {}
