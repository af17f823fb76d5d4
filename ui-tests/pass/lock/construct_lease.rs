//! Compiles: taking the lock gives it.

use lockproof::{Lease, Locks, Result};

async fn forge(locks: &Locks) -> Result<Lease> {
    Ok(locks.lock("report").acquire().await?)
}

fn main() {}
