//! A union is no key part.

use lockproof::LockKeyPart;

#[derive(LockKeyPart)]
union Region {
    code: u32,
}

fn main() {}
