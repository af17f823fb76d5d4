//! What is written to the log.

use lockproof::{Locked, Locks, Repository, Result};

use crate::{account::fill, log::Log, table::Table};

#[tokio::test(start_paused = true)]
async fn a_guard_that_is_dropped_with_unsaved_changes() -> Result<()> {
    let accounts = Locks::memory().repository(Table::default());
    fill(&accounts).await;
    let (log, _logging) = Log::begin();
    let mut one = accounts.lock(&1).await?;
    one.balance += 1;
    accounts.save(&mut one).await?;
    drop(one);
    accounts.delete(accounts.lock(&2).await?).await?;
    Locked::release(accounts.lock(&1).await?).await?;
    assert_eq!(log.text(), "", "nothing is amiss so far");

    let mut one = accounts.lock(&1).await?;
    one.balance += 1;
    drop(one);
    let text = log.text();
    assert!(text.contains("WARN") && text.contains("account:1") && text.contains("not saved"), "{text}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_lock_store_that_has_forgotten_its_tokens() -> Result<()> {
    let table = Table::default();
    let accounts = Locks::memory().repository(table.clone());
    fill(&accounts).await;
    table.rows().get_mut(&1).expect("there").fence = 1 << 52;
    let (log, _logging) = Log::begin();
    drop(accounts.lock(&1).await?);
    assert!(log.text().contains("lock store lost its state"), "{}", log.text());
    Ok(())
}
