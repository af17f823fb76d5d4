//! Whoever asks for a lock says why in words.

use lockproof::{Lock, Result};

async fn ask(lock: &Lock) -> Result<()> {
    lock.ask_release(7).await?;
    Ok(())
}

fn main() {}
