//! Locks in an SQLite file against their floor, the same two statements; and changes of entities against theirs, a
//! transaction around a read and an update. On one connection, with the same settings, in a file in the same directory.
//!
//!     cargo bench --all-features --bench sqlite

#[path = "../support/database.rs"]
mod database;
mod floor;
#[path = "../support/mod.rs"]
mod support;

use criterion::{Criterion, criterion_group, criterion_main};
use lockproof::SqliteStore;

use self::{
    database::{InLine, Saved, accounts, in_short},
    floor::{Statements, Transactions, pool},
    support::{Comparisons, Dropped, Released, Work, runtime},
};

fn sqlite(criterion: &mut Criterion) {
    let home = tempfile::tempdir().expect("a directory");
    let runtime = runtime();
    let mut comparisons = Comparisons::new(criterion, &runtime);
    let statements = runtime.block_on(Statements::open(&home.path().join("floor.db")));
    let store = runtime.block_on(SqliteStore::open(home.path().join("locks.db"))).expect("a file");
    let (ours, dropped) = (Released::over(store.clone()), Dropped::over(store.clone()));
    comparisons.compare("SQLite, a lock, one task", Work::Alone, &statements, &ours);
    comparisons.compare("SQLite, a lock, one task, dropped", Work::Alone, &statements, &dropped);
    comparisons.compare("SQLite, a lock, 64 tasks", Work::Apart(64), &statements, &ours);
    comparisons.compare("SQLite, one lock, 16 tasks", Work::Crowd(16), &InLine::new(statements), &ours);

    let transactions = runtime.block_on(Transactions::open(&home.path().join("transactions.db")));
    let pool = runtime.block_on(pool(&home.path().join("accounts.db")));
    let saved = runtime.block_on(Saved::over(store, accounts(pool)));
    comparisons.compare("SQLite, a save, one task", Work::Alone, &transactions, &saved);
    comparisons.compare("SQLite, a save, one task, dropped", Work::Alone, &transactions, &saved.dropped());
}

criterion_group! { name = benches; config = in_short(); targets = sqlite }
criterion_main!(benches);
