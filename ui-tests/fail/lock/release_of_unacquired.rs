//! A lock that was never taken cannot be released.

use lockproof::{Locks, Result};

async fn report(locks: &Locks) -> Result<()> {
    let lease = locks.lock("report");
    lease.release().await?;
    Ok(())
}

fn main() {}
