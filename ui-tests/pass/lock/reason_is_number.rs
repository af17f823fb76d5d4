//! Whoever asks for a lock says why in words.

use lockproof::{Lock, Result};

async fn ask(lock: &Lock) -> Result<()> {
    lock.ask_release("the prices are wrong").await?;
    Ok(())
}

fn main() {}
