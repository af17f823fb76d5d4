//! What locks that are held at once cost in resident memory, their guards included. Linux only.

use std::{error::Error, hint::black_box, process::Command};

use lockproof::MemoryStore;

use crate::{
    floor::Floor,
    support::{Locker, Released, runtime},
};

const LOCKS: usize = 100_000;

/// Says what a child process is to do.
pub(crate) const BYTES_OF: &str = "bytes-of";

fn resident() -> Result<usize, Box<dyn Error>> {
    const PAGE: usize = 4096;
    let pages = std::fs::read_to_string("/proc/self/statm")?;
    Ok(pages.split(' ').nth(1).ok_or("no second number")?.parse::<usize>()? * PAGE)
}

async fn held_at_once(locker: impl Locker) -> Result<usize, Box<dyn Error>> {
    let keys: Vec<_> = (0..LOCKS).map(|id| format!("account:{id:06}")).collect();
    let mut guards = Vec::with_capacity(LOCKS);
    let before = resident()?;
    for key in &keys {
        guards.push(locker.acquire(key).await);
    }
    let after = resident()?;
    black_box(guards);
    Ok((after - before) / LOCKS)
}

/// Each in a process of its own: memory that was freed would be used again.
fn bytes_of(part: &str) -> Result<usize, Box<dyn Error>> {
    let output = Command::new(std::env::current_exe()?).args([BYTES_OF, part]).output()?;
    match output.status.success() {
        true => Ok(String::from_utf8(output.stdout)?.trim().parse()?),
        false => Err(String::from_utf8_lossy(&output.stderr).into()),
    }
}

/// What a child process is to do.
pub(crate) fn print_bytes_of(part: &str) -> Result<(), Box<dyn Error>> {
    let bytes = match part {
        "floor" => runtime().block_on(held_at_once(Floor::new()))?,
        _ => runtime().block_on(held_at_once(Released::over(MemoryStore::new())))?,
    };
    println!("{bytes}");
    Ok(())
}

pub(crate) fn compare() -> Result<(), Box<dyn Error>> {
    let (floor, ours) = (bytes_of("floor")?, bytes_of("lockproof")?);
    let ratio = floor as f64 / ours as f64;
    println!(
        "{:44} {floor:9} B  {ours:9} B   {ratio:5.2} x floor",
        format!("memory, each of {LOCKS} held locks")
    );
    Ok(())
}
