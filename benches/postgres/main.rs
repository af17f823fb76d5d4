//! Locks in PostgreSQL against their floor, the same two statements; and changes of entities against theirs, a
//! transaction around `SELECT .. FOR UPDATE` and an update. All on one pool, to a server with its own settings.
//!
//!     cargo bench --features postgres --bench postgres

#[path = "../support/database.rs"]
mod database;
mod floor;
#[path = "../support/mod.rs"]
mod support;

use criterion::{Criterion, criterion_group, criterion_main};
use lockproof::PostgresStore;
use lockproof_test_servers::Postgres;
use sqlx::postgres::PgPoolOptions;

use self::{
    database::{InLine, Saved, accounts, in_short},
    floor::floors,
    support::{Comparisons, Dropped, Released, Work, runtime},
};

fn postgres(criterion: &mut Criterion) {
    let server = Postgres::start();
    let runtime = runtime();
    let _inside = runtime.enter();
    // As the store makes its own.
    let pool = PgPoolOptions::new().max_connections(8).test_before_acquire(false);
    let pool = pool.connect_lazy(&server.database()).expect("a URL");
    let mut comparisons = Comparisons::new(criterion, &runtime);
    let (statements, transactions) = runtime.block_on(floors(&pool));
    let store = runtime.block_on(PostgresStore::from_pool(pool.clone())).expect("a table");

    let (released, dropped) = (Released::over(store.clone()), Dropped::over(store.clone()));
    comparisons.compare("PostgreSQL, a lock, one task", Work::Alone, &statements, &released);
    comparisons.compare("PostgreSQL, a lock, one task, dropped", Work::Alone, &statements, &dropped);
    comparisons.compare("PostgreSQL, a lock, 64 tasks", Work::Apart(64), &statements, &released);
    comparisons.compare(
        "PostgreSQL, one lock, 16 tasks",
        Work::Crowd(16),
        &InLine::new(statements),
        &released,
    );

    let saved = runtime.block_on(Saved::over(store, accounts(pool)));
    comparisons.compare("PostgreSQL, a save, one task", Work::Alone, &transactions, &saved);
    comparisons.compare(
        "PostgreSQL, a save, one task, dropped",
        Work::Alone,
        &transactions,
        &saved.dropped(),
    );
    comparisons.compare("PostgreSQL, a save, 64 tasks", Work::Apart(64), &transactions, &saved);
}

criterion_group! { name = benches; config = in_short(); targets = postgres }
criterion_main!(benches);
