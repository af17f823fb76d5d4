//! A holder that is stopped while it holds the lock, goes on when somebody else has had it, and does not know.

use std::time::Duration;

use lockproof::{Error, LockOptions, Locked, Locks, Repository, SaveError};
use rustix::process::{Signal, getpid, kill_process};

use crate::{
    child::{Child, say},
    databases::{Check, Kept, Writing, accounts, new_accounts, store},
    in_runtime,
};

pub(crate) const PART: &str = "zombie";

/// The answer of a save that was refused by the fence.
const FENCED: &str = "fenced";
/// The answer of a save that was done.
const SAVED: &str = "saved";
/// Said just before the process stops itself.
const STOPPING: &str = "stopping";

/// With the fence left out of the WHERE clause it loses an update, so the test could have seen it.
pub(crate) fn scenario(locks_in: &str, data_in: &str, kept: Kept, check: Check) {
    in_runtime(async {
        let locks = Locks::new(store(locks_in).await.expect("opens"));
        let accounts = new_accounts(&locks, data_in, kept, 100).await;
        let given = [locks_in, data_in, kept.as_text(), check.as_text()];
        let mut zombie = Child::start(PART, &given);
        assert_eq!(zombie.answer(), STOPPING);

        // It has the lock and has passed every check of its own. We wait for its lease to end.
        let options = LockOptions::new().wait(Duration::from_secs(30));
        let mut account = accounts.lock_with(&1, options).await.expect("it expires");
        assert_eq!(account.balance, 100, "what the zombie has read too");
        account.balance += 10;
        accounts.save(&mut account).await.expect("saved");
        Locked::release(account).await.expect("it is held");

        zombie.carry_on();
        let (said, balance) = match check {
            Check::FenceAndVersion => (FENCED, 110),
            // The zombie's 101 goes over our 110: what this library is there to prevent.
            Check::Nothing => (SAVED, 101),
        };
        assert_eq!(zombie.answer(), said);
        let found = accounts.find(&1).await.expect("found").expect("it is there");
        assert_eq!(found.balance, balance);
    });
}

/// Locks account 1, adds 1, stops between check and write, and says what became of the save.
pub(crate) async fn part(given: &[&str]) {
    let [locks_in, data_in, kept, check] = given else { panic!("{given:?}") };
    let locks = Locks::new(store(locks_in).await.expect("opens"));
    let (kept, check) = (Kept::from_text(kept), Check::from_text(check));
    let writing = Writing { kept, check, before_update: stop, ..Writing::default() };
    let accounts = accounts(&locks, data_in, writing).await.expect("opens");
    let mut account = accounts.lock_with(&1, LockOptions::new().ttl("3s")).await.expect("free");
    account.balance += 1;
    match accounts.save(&mut account).await {
        Ok(()) => say(SAVED),
        Err(Error::Save(SaveError::Fenced { .. })) => say(FENCED),
        Err(error) => say(&error.to_string()),
    }
    drop(account);
    locks.drain().await;
}

fn stop() {
    say(STOPPING);
    kill_process(getpid(), Signal::STOP).expect("stopped, and continued");
}
