//! An `Option` is no key part: without a value there is no text.

use lockproof::LockKeyPart;

#[derive(LockKeyPart)]
struct Region(Option<u32>);

fn main() {}
