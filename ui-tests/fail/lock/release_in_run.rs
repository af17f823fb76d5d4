//! The lease of `run` is released when its body has ended, and not in it.

use lockproof::{Error, Lock, Result};

async fn report(lock: &Lock) -> Result<()> {
    lock.run(async |lease| Ok::<_, Error>(lease.release().await?)).await?
}

fn main() {}
