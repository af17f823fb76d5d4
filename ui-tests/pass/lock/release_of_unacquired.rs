//! Compiles: taken first.

use lockproof::{Locks, Result};

async fn report(locks: &Locks) -> Result<()> {
    let lease = locks.lock("report").acquire().await?;
    lease.release().await?;
    Ok(())
}

fn main() {}
