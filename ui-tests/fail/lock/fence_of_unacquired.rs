//! A lock that was never taken has no fencing token.

use lockproof::{FencingToken, Locks, Result};

async fn report(locks: &Locks) -> Result<FencingToken> {
    let lease = locks.lock("report");
    Ok(lease.fence())
}

fn main() {}
