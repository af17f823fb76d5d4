//! A key part has one field: two would need a separator.

use lockproof::LockKeyPart;

#[derive(LockKeyPart)]
struct OrderId(u32, u64);

fn main() {}
