//! The time that the end of a service may take has a unit.

use lockproof::{Locks, Result};

async fn end(locks: &Locks) -> Result<()> {
    Ok(locks.shutdown(5).await?)
}

fn main() {}
