//! An acquire that is not awaited locks nothing.

#![deny(unused_must_use)]

use lockproof::{Locks, Result};

async fn report(locks: &Locks) -> Result<()> {
    locks.lock("report").acquire();
    Ok(())
}

fn main() {}
