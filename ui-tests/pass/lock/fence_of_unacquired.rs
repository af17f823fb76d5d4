//! Compiles: taken first.

use lockproof::{FencingToken, Locks, Result};

async fn report(locks: &Locks) -> Result<FencingToken> {
    let lease = locks.lock("report").acquire().await?;
    Ok(lease.fence())
}

fn main() {}
