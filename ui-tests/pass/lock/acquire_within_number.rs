//! The time to wait for a lock has a unit.

use lockproof::{Lease, Lock, Result};

async fn report(lock: &Lock) -> Result<Lease> {
    Ok(lock.acquire_within("5s").await?)
}

fn main() {}
