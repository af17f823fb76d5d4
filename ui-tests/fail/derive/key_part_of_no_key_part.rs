//! A newtype is a key part if its field is one.

use lockproof::LockKeyPart;

struct Code(u32);

#[derive(LockKeyPart)]
struct Region(Code);

fn main() {}
