//! Locks in memory against their floor, a tokio `Mutex` for each key in a sharded map: ratios in one run, since
//! absolute figures hold for one machine on one day.
//!
//!     cargo bench --bench memory

mod bytes;
mod floor;
#[path = "../support/mod.rs"]
mod support;

use std::error::Error;

use criterion::{Criterion, criterion_group};
use lockproof::MemoryStore;

use self::{
    floor::Floor,
    support::{Comparisons, Dropped, Released, Work, runtime},
};

fn memory(criterion: &mut Criterion) {
    let floor = Floor::new();
    let released = Released::over(MemoryStore::new());
    let dropped = Dropped::over(MemoryStore::new());
    let runtime = runtime();
    let mut comparisons = Comparisons::new(criterion, &runtime);
    comparisons.compare("memory, one task", Work::Alone, &floor, &released);
    comparisons.compare("memory, one task, dropped", Work::Alone, &floor, &dropped);
    comparisons.compare("memory, 64 tasks with a key each", Work::Apart(64), &floor, &released);
    comparisons.compare("memory, 16 tasks on one key", Work::Crowd(16), &floor, &released);
}

criterion_group!(benches, memory);

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().collect();
    if let [_, first, part] = &*arguments
        && first == bytes::BYTES_OF
    {
        return bytes::print_bytes_of(part);
    }
    benches();
    bytes::compare()?;
    Criterion::default().configure_from_args().final_summary();
    Ok(())
}
