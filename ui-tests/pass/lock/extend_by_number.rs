//! Compiles: seconds.

use lockproof::Lease;

async fn longer(lease: Lease) -> lockproof::Result<()> {
    lease.extend("5s").await?;
    Ok(())
}

fn main() {}
