//! A wish that is not awaited reaches nobody.

#![deny(unused_must_use)]

use lockproof::{Lock, Result};

async fn ask(lock: &Lock) -> Result<()> {
    lock.ask_release("the prices are wrong");
    Ok(())
}

fn main() {}
