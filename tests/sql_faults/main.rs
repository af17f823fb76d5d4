//! What can happen to a database while locks are held in it: each fault on each make that can have it.
//!
//! A process that is killed is this very program, started once more with the name of a part as its first argument.
#![cfg(unix)]

mod apart;
mod boots;
#[path = "../support/child.rs"]
mod child;
mod connections;
#[path = "../support/databases/mod.rs"]
mod databases;
#[path = "../support/holder.rs"]
mod holder;
mod pauses;
mod refused;
mod replies;
mod restarts;
mod small;
mod tokens;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};
use tokio::runtime::Runtime;

use crate::databases::Make;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if let [holder::PART, given @ ..] = &words[..] {
        in_runtime(holder::part(given));
        return ExitCode::SUCCESS;
    }
    let mut arguments = Arguments::from_args();
    // They wait more than they work.
    arguments.test_threads.get_or_insert(6);
    libtest_mimic::run(&arguments, trials()).exit_code()
}

/// Its name, and how it goes on one make.
type Scenario = (&'static str, fn(Make));

/// The long ones first.
fn trials() -> Vec<Trial> {
    let on_each: [Scenario; _] = [
        ("tokens_rise_over_ten_thousand_grants", tokens::rise),
        ("fifty_first_boots_at_once_succeed", boots::fifty_at_once),
        ("two_namespaces_in_one_table_do_not_meet", apart::two_namespaces),
        ("two_tables_in_one_database_do_not_meet", apart::two_tables),
    ];
    let on_servers: [Scenario; _] = [
        ("a_lease_and_a_waiter_survive_a_clean_restart", restarts::clean),
        ("a_lease_and_a_waiter_survive_a_crash", restarts::crash),
        ("a_pause_within_the_ttl_loses_nothing", pauses::within_the_ttl),
        ("a_pause_past_the_ttl_is_told_as_a_loss_at_the_deadline", pauses::past_the_ttl),
        ("connections_that_are_cut_in_turn_are_not_noticed", connections::in_turn),
        ("connections_that_are_cut_at_work_lose_and_double_no_write", connections::at_work),
        ("the_lost_reply_to_an_acquire_locks_nobody_out", replies::to_an_acquire),
        ("the_lost_reply_to_a_release_takes_nothing_from_the_next", replies::to_a_release),
        ("the_lost_reply_to_an_extension_promises_nothing", replies::to_an_extension),
        ("the_lost_reply_to_a_save_is_found_out_by_the_next", replies::to_a_save),
        ("a_full_database_refuses_a_grant_and_lets_a_release_through", refused::full),
        ("a_read_only_database_is_named_as_such", refused::read_only),
    ];
    let on_servers = on_servers.iter().flat_map(|it| Make::SERVERS.map(|make| (make, it)));
    let on_each = on_each.iter().flat_map(|it| Make::ALL.map(|make| (make, it)));
    let trial = |(make, (name, scenario)): (Make, &Scenario)| {
        let scenario = *scenario;
        Trial::test(format!("{}::{name}", make.name()), move || {
            scenario(make);
            Ok(())
        })
    };
    on_each.chain(on_servers).map(trial).collect()
}

fn in_runtime<V>(future: impl Future<Output = V>) -> V {
    Runtime::new().expect("a runtime").block_on(future)
}
