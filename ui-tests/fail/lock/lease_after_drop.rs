//! Whoever has dropped a lease does not have it any more.

use lockproof::{Lease, Result};

async fn report(lease: Lease) -> Result<()> {
    drop(lease);
    lease.extend(None).await?;
    Ok(())
}

fn main() {}
