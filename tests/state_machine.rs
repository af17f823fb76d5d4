//! Every store beside one reference, call by call, over random sequences that are shrunk when they fail.

use lockproof::{
    MemoryStore,
    testing::model::{Divergence, Pace, Step, play},
};
use proptest::{
    collection::vec,
    prelude::any,
    strategy::Strategy,
    test_runner::{Config, TestCaseError, TestRunner},
};
use tokio::runtime::{Builder, Runtime};

fn sequences(pace: Pace, len: usize) -> impl Strategy<Value = Vec<Step>> {
    vec(any::<[u8; 6]>(), 1..len)
        .prop_map(move |dice| dice.into_iter().map(|dice| Step::drawn(dice, &pace)).collect())
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() })
}

fn paused() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime")
}

fn verdict(played: Result<(), Divergence>) -> Result<(), TestCaseError> {
    played.map_err(|divergence| TestCaseError::fail(divergence.to_string()))
}

#[test]
fn the_memory_store_does_what_the_reference_does() {
    let pace = Pace::exact();
    let played = runner(4_000).run(&sequences(pace.clone(), 80), |steps| {
        verdict(paused().block_on(async { play(&[&MemoryStore::new()], &pace, &steps).await }))
    });
    played.unwrap_or_else(|error| panic!("{error}"));
}

/// The clock is real: locks lapse after some milliseconds or not at all, and what falls in between may go either way.
#[cfg(feature = "sqlite")]
#[test]
fn the_sqlite_store_does_what_the_reference_does() {
    use std::time::Duration;

    use futures::future::try_join_all;
    use lockproof::{LockStore, SqliteStore};

    let directory = tempfile::tempdir().expect("a directory");
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let open = || runtime.block_on(SqliteStore::open(directory.path().join("locks.db"))).expect("opens");
    // Two pools, as two processes have them.
    let (store, other) = (open(), open());
    let stores: [&dyn LockStore; 2] = [&store, &other];
    let pace = Pace::real(Duration::from_millis(40), Duration::from_millis(10));
    // Eight at once, on keys of their own: while one sleeps the others go on.
    let played = runner(6).run(&vec(sequences(pace.clone(), 40), 8), |games| {
        let games = games.iter().map(|steps| play(&stores, &pace, steps));
        verdict(runtime.block_on(try_join_all(games)).map(drop))
    });
    played.unwrap_or_else(|error| panic!("{error}"));
}
