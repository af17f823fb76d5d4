//! Compiles: dropped after.

use lockproof::{Lease, Result};

async fn report(lease: Lease) -> Result<()> {
    lease.extend(None).await?;
    Ok(())
}

fn main() {}
