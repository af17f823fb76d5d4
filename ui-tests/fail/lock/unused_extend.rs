//! An extension that is not awaited extends nothing.

#![deny(unused_must_use)]

use lockproof::{Lease, Result};

async fn report(lease: &Lease) -> Result<()> {
    lease.extend("1m");
    Ok(())
}

fn main() {}
