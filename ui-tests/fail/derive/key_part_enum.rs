//! An enum names its key parts itself: a renamed variant must not rename locks.

use lockproof::LockKeyPart;

#[derive(LockKeyPart)]
enum Region {
    North,
}

fn main() {}
