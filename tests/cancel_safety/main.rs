//! Every public future may be dropped at every poll: nobody is stuck, nothing stays locked for longer than its ttl, and
//! the store and the rows are as before or as after.
//!
//! Which futures there are is read from the sources (`public.rs`, `complete.rs`). A new one needs a case, in the file of
//! its kind beside this one: the case makes the future, gives it to `World::dropped` and says what else is to be seen. The
//! rest is the same for all: who has the key, who else wants it, when it is dropped, and what must hold in the end
//! (`World::check`).

mod admin;
// With all cases, those of files and servers included.
#[cfg(all(feature = "mysql", feature = "postgres", feature = "sqlite"))]
mod complete;
#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
mod documents;
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
#[cfg(any(feature = "mysql", feature = "postgres"))]
mod servers;
mod slow;
#[cfg(all(feature = "mysql", feature = "postgres", feature = "sqlite"))]
#[path = "../support/sources.rs"]
mod sources;
mod stores;
#[path = "../architecture/tree.rs"]
#[allow(dead_code, reason = "the architecture test needs more of it")]
mod tree;
mod world;

use std::time::Duration;

use drive::{Case, drive_all};
use lockproof::testing::faulty;
use slow::Pace;
use world::Home;

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

/// In real time: what is dropped speaks to a server.
#[cfg(feature = "mysql")]
#[tokio::test(flavor = "multi_thread")]
async fn calls_of_mysql_are_dropped() {
    all_are_safe(Home::Memory(Pace::AsItIs), servers::mysql::cases()).await;
    all_are_safe(Home::Memory(Pace::AsItIs), documents::mysql()).await;
}

/// The same.
#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread")]
async fn calls_of_postgres_are_dropped() {
    all_are_safe(Home::Memory(Pace::AsItIs), servers::postgres::cases()).await;
    all_are_safe(Home::Memory(Pace::AsItIs), documents::postgres()).await;
}

/// In real time, and in fewer settings.
#[cfg(feature = "sqlite")]
mod in_a_file {
    use crate::{all_are_safe, cases_of_locks, documents, files, repositories, stores, world::Home};

    #[tokio::test]
    async fn locks_and_leases_are_dropped() {
        all_are_safe(Home::File, cases_of_locks()).await;
    }

    #[tokio::test]
    async fn repositories_are_dropped() {
        all_are_safe(Home::File, repositories::cases()).await;
    }

    #[tokio::test]
    async fn rows_of_a_table_are_dropped() {
        all_are_safe(Home::Table, repositories::cases()).await;
    }

    #[tokio::test]
    async fn calls_of_homes_are_dropped() {
        all_are_safe(Home::File, documents::sqlite()).await;
    }

    #[tokio::test]
    async fn calls_of_the_store_are_dropped() {
        let cases = [stores::cases(), files::cases()].into_iter().flatten().collect();
        all_are_safe(Home::File, cases).await;
    }
}
