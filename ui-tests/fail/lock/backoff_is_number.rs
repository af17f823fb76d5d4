//! The pauses of a retry have a unit.

use lockproof::Retry;

fn patient() -> Retry {
    Retry::times(4).backoff(1..5)
}

fn main() {}
