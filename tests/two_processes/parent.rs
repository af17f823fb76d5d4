//! The process that gets the lock when the holder's lease is over.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

use libtest_mimic::Failed;
use lockproof::{LockOptions, Locked, Repository, Transient};
use rustix::process::{Pid, Signal, kill_process};

use crate::{
    accounts::{Account, Check, open},
    holder::{FENCED, SAVED, STOPPING},
};

/// A child that does not outlive the test.
struct Holder(Child);

impl Drop for Holder {
    fn drop(&mut self) {
        // It may be gone already, which is as well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(crate) fn run(check: Check) -> Result<(), Failed> {
    let home = tempfile::TempDir::new()?;
    let file = home.path().join("bank.db");
    let file = file.to_str().ok_or("a path in UTF-8")?;
    tokio::runtime::Runtime::new()?.block_on(scenario(file, check))
}

async fn scenario(file: &str, check: Check) -> Result<(), Failed> {
    let (locks, accounts) = open(file, check, || ()).await;
    accounts.insert(Transient::new(Account { id: 1, balance: 100 })).await?;

    let child = Command::new(std::env::current_exe()?)
        .args(["holder", file, check.as_text()])
        .stdout(Stdio::piped())
        .spawn()?;
    let mut holder = Holder(child);
    let mut answers = BufReader::new(holder.0.stdout.take().ok_or("a pipe")?).lines();
    let mut answer = || answers.next().ok_or("the holder has gone")?.map_err(Failed::from);
    assert_eq!(answer()?, STOPPING);

    // It has the lock and has passed every check of its own. We wait for its lease to end.
    let options = LockOptions::new().wait(Duration::from_secs(30));
    let mut account = accounts.lock_with(&1, options).await?;
    assert_eq!(account.balance, 100, "what the holder has read too");
    account.balance += 10;
    accounts.save(&mut account).await?;
    Locked::release(account).await?;

    let pid = Pid::from_raw(i32::try_from(holder.0.id())?).ok_or("a process")?;
    kill_process(pid, Signal::CONT)?;
    let (said, balance) = match check {
        Check::FenceAndVersion => (FENCED, 110),
        // The holder's 101 goes over our 110: what this library is there to prevent.
        Check::Nothing => (SAVED, 101),
    };
    assert_eq!(answer()?, said);
    let found = accounts.find(&1).await?.ok_or("the account is there")?;
    assert_eq!(found.balance, balance);
    locks.drain().await;
    Ok(())
}
