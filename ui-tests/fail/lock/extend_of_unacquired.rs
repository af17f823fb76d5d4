//! A lock that was never taken cannot be extended.

use lockproof::{Locks, Result};

async fn report(locks: &Locks) -> Result<()> {
    let lease = locks.lock("report");
    lease.extend(None).await?;
    Ok(())
}

fn main() {}
