//! Whoever has released a lease does not have it any more.

use lockproof::{Lease, Result};

async fn report(lease: Lease) -> Result<()> {
    lease.release().await?;
    lease.extend(None).await?;
    Ok(())
}

fn main() {}
