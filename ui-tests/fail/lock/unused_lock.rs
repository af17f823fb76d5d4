//! A lock that is named and not taken locks nothing.

#![deny(unused_must_use)]

use lockproof::{Locks, Result};

async fn report(locks: &Locks) -> Result<()> {
    locks.lock("report");
    Ok(())
}

fn main() {}
