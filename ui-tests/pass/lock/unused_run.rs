//! A run that is not awaited runs nothing.

#![deny(unused_must_use)]

use lockproof::{Lock, Result};

async fn report(lock: &Lock) -> Result<()> {
    lock.run(async |_| println!("printing")).await?;
    Ok(())
}

fn main() {}
