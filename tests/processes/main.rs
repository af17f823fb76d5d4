//! Several processes on one database of each make, with everything real: the processes, the server and its clock.
//!
//! The other processes are this very program, started once more with the name of a part as its first argument.
#![cfg(unix)]

#[path = "../support/child.rs"]
mod child;
mod clock;
mod count;
#[path = "../support/databases/mod.rs"]
mod databases;
#[path = "../support/holder.rs"]
mod holder;
mod killed;
mod zombie;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};
use tokio::runtime::Runtime;

use crate::databases::{Check, Kept, Make, Server};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match &words[..] {
        [count::PART, given @ ..] => in_runtime(count::part(given)),
        [holder::PART, given @ ..] => in_runtime(holder::part(given)),
        [clock::PART, given @ ..] => in_runtime(clock::part(given)),
        [zombie::PART, given @ ..] => in_runtime(zombie::part(given)),
        _ => {
            let mut arguments = Arguments::from_args();
            // They wait more than they work.
            arguments.test_threads.get_or_insert(4);
            return libtest_mimic::run(&arguments, trials()).exit_code();
        }
    }
    ExitCode::SUCCESS
}

fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for make in Make::ALL {
        let mut on_each =
            |name: &str, scenario: fn(Make)| trials.push(trial(make.name(), name, move || scenario(make)));
        on_each("four_workers_with_four_stores_each_count_exactly", count::scenario);
        on_each("a_holder_that_is_killed_is_followed_when_its_ttl_is_over", killed::scenario);
        for kept in [Kept::AsDocuments, Kept::InATable] {
            let group = format!("{}::{}", make.name(), kept.as_text());
            let zombie = |check| {
                move || {
                    let server = Server::shared(make);
                    let url = server.database();
                    zombie::scenario(&url, &url, kept, check);
                }
            };
            let name = "a_holder_that_was_stopped_past_its_ttl_cannot_save";
            trials.push(trial(&group, name, zombie(Check::FenceAndVersion)));
            trials.push(trial(&group, "without_the_fence_the_update_is_lost", zombie(Check::Nothing)));
        }
    }
    // A file has no clock of its own, it is the one of the machine for all that have it.
    for make in Make::SERVERS {
        let mut on_each =
            |name: &str, scenario: fn(Make)| trials.push(trial(make.name(), name, move || scenario(make)));
        on_each("workers_whose_clocks_are_an_hour_off_count_exactly", count::scenario_with_clocks_off);
        on_each("a_clock_that_is_an_hour_off_steals_nothing_and_loses_nothing", clock::scenario);
    }
    for (locks, data) in [(Make::Postgres, Make::MariaDb), (Make::MariaDb, Make::Postgres)] {
        let group = format!("locks_in_{}_data_in_{}", locks.name(), data.name());
        trials.push(trial(&group, "a_holder_that_was_stopped_past_its_ttl_cannot_save", move || {
            let (locks, data) = (Server::shared(locks), Server::shared(data));
            zombie::scenario(&locks.database(), &data.database(), Kept::InATable, Check::FenceAndVersion);
        }));
    }
    trials
}

fn trial(group: &str, name: &str, scenario: impl FnOnce() + Send + 'static) -> Trial {
    Trial::test(format!("{group}::{name}"), move || {
        scenario();
        Ok(())
    })
}

fn in_runtime<V>(future: impl Future<Output = V>) -> V {
    Runtime::new().expect("a runtime").block_on(future)
}
