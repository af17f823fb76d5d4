//! A key part has a text.

use lockproof::LockKeyPart;

#[derive(LockKeyPart)]
struct Region;

fn main() {}
