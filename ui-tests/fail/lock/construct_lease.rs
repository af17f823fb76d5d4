//! A lease cannot be put together by hand.

use lockproof::{Lease, Locks, Result};

async fn forge(locks: &Locks) -> Result<Lease> {
    Ok(Lease {})
}

fn main() {}
