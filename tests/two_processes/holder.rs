//! The process that is stopped while it holds the lock.

use std::io::Write;

use lockproof::{Error, LockOptions, Repository, SaveError};
use rustix::process::{Signal, getpid, kill_process};

use crate::accounts::{Check, open};

/// The answer of a save that was refused by the fence.
pub(crate) const FENCED: &str = "fenced";
/// The answer of a save that was done.
pub(crate) const SAVED: &str = "saved";
/// Said just before the process stops itself.
pub(crate) const STOPPING: &str = "stopping";

/// Locks account 1, adds 1, stops between check and write, and says what became of the save.
pub(crate) fn run(file: &str, check: Check) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let (locks, accounts) = open(file, check, stop).await;
        let mut account = accounts.lock_with(&1, LockOptions::new().ttl("3s")).await.expect("free");
        account.balance += 1;
        match accounts.save(&mut account).await {
            Ok(()) => say(SAVED),
            Err(Error::Save(SaveError::Fenced { .. })) => say(FENCED),
            Err(error) => say(&error.to_string()),
        }
        drop(account);
        locks.drain().await;
    });
}

fn stop() {
    say(STOPPING);
    kill_process(getpid(), Signal::STOP).expect("stopped, and continued");
}

fn say(what: &str) {
    let mut out = std::io::stdout();
    writeln!(out, "{what}").and_then(|()| out.flush()).expect("a reader");
}
