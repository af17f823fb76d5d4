//! A lease does not leave the body of `run`.

use lockproof::{Lock, Result};

async fn report(lock: &Lock) -> Result<()> {
    let kept = lock.run(async |lease| lease.fence()).await?;
    println!("{kept:?}");
    Ok(())
}

fn main() {}
