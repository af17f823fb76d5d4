//! A forced release that is not awaited frees nothing.

#![deny(unused_must_use)]

use lockproof::{Lock, Result};

async fn evict(lock: &Lock) -> Result<()> {
    lock.force_release().await?;
    Ok(())
}

fn main() {}
