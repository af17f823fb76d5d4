//! An extension is a length of time: a number does not say of what.

use lockproof::Lease;

async fn longer(lease: Lease) -> lockproof::Result<()> {
    lease.extend(5).await?;
    Ok(())
}

fn main() {}
