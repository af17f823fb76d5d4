//! Compiles: it is one.

use lockproof::LockKeyPart;

type Code = u32;

#[derive(LockKeyPart)]
struct Region(Code);

fn main() {}
