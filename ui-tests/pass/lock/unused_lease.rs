//! Compiles: kept.

#![deny(unused_must_use)]

use lockproof::{Locks, Result};

async fn report(locks: &Locks) -> Result<()> {
    let _lease = locks.lock("report").acquire().await?;
    Ok(())
}

fn main() {}
