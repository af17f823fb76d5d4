//! Compiles: an integer.

use lockproof::LockKeyPart;

#[derive(LockKeyPart)]
struct Celsius(i64);

fn main() {}
