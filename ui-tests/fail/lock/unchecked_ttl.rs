//! A length of time becomes a ttl by being checked.

use std::time::Duration;

use lockproof::{InvalidDuration, Ttl};

fn ttl() -> Result<Ttl, InvalidDuration> {
    Ok(Ttl(Some(Duration::ZERO)))
}

fn main() {}
