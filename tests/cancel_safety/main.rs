//! Every public future may be dropped at every poll: nobody is stuck, nothing stays locked for longer than its ttl, and
//! the store and the rows are as before or as after.
//!
//! Which futures there are is read from the sources. A new one needs a case, in `locks.rs`, `leases.rs`,
//! `runs.rs`, `seats.rs`, `admin.rs`, `repositories.rs` or `stores.rs`: it makes the future and gives it to `World::dropped`, and says what else is to be
//! seen. The rest is the same for all: who has the key, who else wants it, when it is dropped, and what must hold in the
//! end (`World::check`).

mod admin;
mod drive;
#[cfg(feature = "sqlite")]
mod files;
#[path = "../architecture/imports.rs"]
#[allow(dead_code, reason = "the architecture test needs more of it")]
mod imports;
mod leases;
mod locks;
mod planted;
mod public;
mod repositories;
mod runs;
mod seats;
mod slow;
#[path = "../support/sources.rs"]
mod sources;
mod stores;
#[path = "../architecture/tree.rs"]
#[allow(dead_code, reason = "the architecture test needs more of it")]
mod tree;
mod world;

use std::{collections::BTreeSet, time::Duration};

use drive::{Case, drive_all};
use lockproof::testing::faulty;
use slow::Pace;
use world::Home;

/// Those that nobody but the library calls, with the reason why that is enough.
const EXCLUDED: &[(&str, &str)] = &[
    (
        "Storage::",
        "what a user implements: `Repo` alone makes the tickets for it and calls it, in each case of a repository",
    ),
    ("Harness::", "what a user implements for tests"),
    ("StorageHarness::", "what a user implements for tests"),
    ("play", "makes the calls of a test, which are over with it"),
];

fn is_excluded(future: &str) -> bool {
    EXCLUDED.iter().any(|(prefix, _)| future.starts_with(prefix))
}

/// The cases of what there is in every home.
fn cases() -> Vec<Case> {
    [cases_of_locks(), repositories::cases(), stores::cases()].into_iter().flatten().collect()
}

fn cases_of_locks() -> Vec<Case> {
    [locks::cases(), leases::cases(), runs::cases(), seats::cases(), admin::cases()]
        .into_iter()
        .flatten()
        .collect()
}

#[cfg(feature = "sqlite")]
#[test]
fn every_public_future_has_a_case() {
    let futures = public::public_futures(&sources::sources("src"));
    let cases = [cases(), files::cases()];
    let covered: BTreeSet<&str> = cases.iter().flatten().flat_map(|case| case.covers).copied().collect();
    let missing: Vec<String> = futures
        .iter()
        .filter(|(future, _)| !covered.contains(future.as_str()) && !is_excluded(future))
        .map(|(future, place)| format!("{future} ({place})"))
        .collect();
    assert!(
        missing.is_empty(),
        "public futures without a case: {}.\nAdd a case to the list in tests/cancel_safety/locks.rs, leases.rs, \
         runs.rs, seats.rs, admin.rs, repositories.rs or stores.rs: `case(&[\"Type::function\"], \"in which situation\", async |world: &World| {{ .. \
         }})`, or `wants(..)` if it takes a lock, that makes the future and gives it to `world.dropped(..)`. Its name is \
         the one given here.",
        missing.join(", ")
    );
    let unknown: Vec<_> = covered.iter().filter(|name| !futures.contains_key(**name)).collect();
    assert!(unknown.is_empty(), "cases of futures that are not there (any more): {unknown:?}");
    for (prefix, reason) in EXCLUDED {
        assert!(reason.len() > 20, "{prefix} is left out without a reason");
        assert!(futures.keys().any(|name| name.starts_with(prefix)), "{prefix} is not there: take it out");
    }
}

async fn all_are_safe(home: Home, cases: Vec<Case>) {
    if let Err(wrong) = drive_all(&cases, home).await {
        panic!("not safe to drop:\n{wrong}");
    }
}

#[tokio::test(start_paused = true)]
async fn dropped_at_a_store_that_takes_several_polls() {
    all_are_safe(Home::Memory(Pace::Yields(2)), cases()).await;
}

#[tokio::test(start_paused = true)]
async fn dropped_at_a_store_that_takes_some_time() {
    all_are_safe(Home::Memory(Pace::Sleeps(Duration::from_millis(3))), cases()).await;
}

#[tokio::test(start_paused = true)]
async fn dropped_at_a_store_that_answers_at_once() {
    all_are_safe(Home::Memory(Pace::AsItIs), cases()).await;
}

/// In real time, and in fewer settings.
#[cfg(feature = "sqlite")]
mod in_a_file {
    use crate::{all_are_safe, cases_of_locks, files, repositories, stores, world::Home};

    #[tokio::test]
    async fn locks_and_leases_are_dropped() {
        all_are_safe(Home::File, cases_of_locks()).await;
    }

    #[tokio::test]
    async fn repositories_are_dropped() {
        all_are_safe(Home::File, repositories::cases()).await;
    }

    #[tokio::test]
    async fn calls_of_the_store_are_dropped() {
        let cases = [stores::cases(), files::cases()].into_iter().flatten().collect();
        all_are_safe(Home::File, cases).await;
    }
}
