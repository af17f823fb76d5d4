//! The pauses of a retry have a unit.

use lockproof::Retry;

fn patient() -> Retry {
    Retry::times(4).backoff("100ms".."5s")
}

fn main() {}
