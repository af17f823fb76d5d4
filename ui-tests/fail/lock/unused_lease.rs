//! A lease that is not kept is released at once, and the compiler says so.

#![deny(unused_must_use)]

use lockproof::{Locks, Result};

async fn report(locks: &Locks) -> Result<()> {
    locks.lock("report").acquire().await?;
    Ok(())
}

fn main() {}
