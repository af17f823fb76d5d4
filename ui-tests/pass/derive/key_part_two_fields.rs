//! Compiles: one field.

use lockproof::LockKeyPart;

#[derive(LockKeyPart)]
struct OrderId(u64);

fn main() {}
