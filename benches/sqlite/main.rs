//! Locks in an SQLite file against their floor: the same two statements on one connection, with the same settings, in a
//! file in the same directory.
//!
//!     cargo bench --all-features --bench sqlite

mod floor;
#[path = "../support/mod.rs"]
mod support;

use criterion::{Criterion, criterion_group, criterion_main};
use lockproof::SqliteStore;

use self::{
    floor::Floor,
    support::{Comparisons, Dropped, Released, Work, runtime},
};

fn sqlite(criterion: &mut Criterion) {
    let home = tempfile::tempdir().expect("a directory");
    let runtime = runtime();
    let mut comparisons = Comparisons::new(criterion, &runtime);
    let floor = runtime.block_on(Floor::open(&home.path().join("floor.db")));
    let store = runtime.block_on(SqliteStore::open(home.path().join("locks.db"))).expect("a file");
    let (ours, dropped) = (Released::over(store.clone()), Dropped::over(store));
    comparisons.compare("SQLite, one task", Work::Alone, &floor, &ours);
    comparisons.compare("SQLite, one task, dropped", Work::Alone, &floor, &dropped);
    comparisons.compare("SQLite, 64 tasks with a key each", Work::Apart(64), &floor, &ours);
    comparisons.compare("SQLite, 16 tasks on one key", Work::Crowd(16), &floor.in_line(), &ours);
}

criterion_group!(benches, sqlite);
criterion_main!(benches);
