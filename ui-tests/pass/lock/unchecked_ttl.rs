//! Compiles: checked.

use std::time::Duration;

use lockproof::{InvalidDuration, Ttl};

fn ttl() -> Result<Ttl, InvalidDuration> {
    Ttl::new(Duration::ZERO)
}

fn main() {}
