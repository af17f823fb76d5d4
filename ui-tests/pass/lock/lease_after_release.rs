//! Compiles: released after.

use lockproof::{Lease, Result};

async fn report(lease: Lease) -> Result<()> {
    lease.extend(None).await?;
    lease.release().await?;
    Ok(())
}

fn main() {}
