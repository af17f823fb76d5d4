//! What a release by force leaves in the row, whatever it finds there.

use std::time::Duration;

use lockproof::{
    Error, ForceError, ForceReply, LockError, LockOptions, Locked, Locks, MemoryStore, Outcome, Repo,
    Repository, Result, SaveError,
};

use crate::{
    account::{Account, chain, fill},
    table::Table,
};

/// One who holds, and one who forces, over one table.
async fn bank() -> (Table, Repo<Account, Table>, Repo<Account, Table>) {
    let (store, table) = (MemoryStore::new(), Table::default());
    let service = || Locks::new(store.clone()).repository(table.clone());
    let (holders, tool) = (service(), service());
    fill(&holders).await;
    (table, holders, tool)
}

fn fence(table: &Table) -> i64 {
    table.rows()[&1].fence
}

async fn forced(tool: &impl Repository<Account>) -> i64 {
    match tool.force_release(&1).await.expect("answers") {
        ForceReply::Forced { token, .. } => token.as_i64(),
        reply => panic!("{reply:?}"),
    }
}

async fn is_refused(holders: &impl Repository<Account>, held: &mut Locked<lockproof::Persistent<Account>>) {
    held.balance = 99;
    let refused = holders.save(held).await;
    assert!(matches!(refused, Err(Error::Save(SaveError::Fenced { .. }))), "{refused:?}");
}

#[tokio::test(start_paused = true)]
async fn the_row_has_the_token_at_once() -> Result<()> {
    let (table, holders, tool) = bank().await;
    assert_eq!(tool.force_release(&1).await?, ForceReply::NotHeld);
    assert_eq!(fence(&table), 0, "nobody was evicted");
    let mut held = holders.lock(&1).await?;
    let token = forced(&tool).await;
    assert_eq!(fence(&table), token);
    is_refused(&holders, &mut held).await;
    assert_eq!(tool.force_release(&1).await?, ForceReply::NotHeld);
    assert_eq!(fence(&table), token);
    Ok(())
}

/// The row may lie ahead of the lock store before the holder has loaded it, or come to do so later.
#[tokio::test(start_paused = true)]
async fn a_row_ahead_keeps_the_evicted_holder_out_too() -> Result<()> {
    const HOUR: i64 = 3_600_000_000;
    let (table, holders, tool) = bank().await;
    let ahead = Locked::fence(&holders.lock(&1).await?).as_i64() + HOUR;
    table.rows().get_mut(&1).expect("there").fence = ahead;
    let mut raised = holders.lock(&1).await?;
    assert!(Locked::fence(&raised).as_i64() > ahead);
    let token = forced(&tool).await;
    assert!(token > Locked::fence(&raised).as_i64());
    assert_eq!(fence(&table), token);
    is_refused(&holders, &mut raised).await;

    let mut held = holders.lock(&1).await?;
    let ahead = Locked::fence(&held).as_i64() + HOUR;
    table.rows().get_mut(&1).expect("there").fence = ahead;
    assert!(forced(&tool).await < ahead);
    assert_eq!(fence(&table), ahead, "it is above the evicted holder's");
    is_refused(&holders, &mut held).await;
    let mut next = holders.lock(&1).await?;
    next.balance += 1;
    holders.save(&mut next).await
}

#[tokio::test(start_paused = true)]
async fn one_who_has_the_lock_and_has_not_loaded_is_lost() -> Result<()> {
    let (table, holders, tool) = bank().await;
    table.slow_claims(Duration::from_millis(200));
    let (locked, ()) = tokio::join!(holders.lock(&1), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        table.slow_claims(Duration::ZERO);
        forced(&tool).await;
    });
    assert!(matches!(locked, Err(Error::Lock(LockError::Lost { .. }))), "{locked:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_row_that_could_not_be_stamped_is_told() -> Result<()> {
    let (table, holders, tool) = bank().await;
    let mut held = holders.lock_with(&1, LockOptions::new().ttl("1h")).await?;
    table.fail_next_claim();
    let error = tool.force_release(&1).await.expect_err("not stamped");
    let text = chain(&error);
    assert!(text.contains("account:1 is free") && text.contains("lock and load"), "{text}");
    assert!(text.contains("connection refused"), "{text}");
    // To do it again would find nobody.
    assert_eq!((error.outcome(), error.is_retryable()), (Outcome::Unknown, false));
    let Error::Force(ForceError::NotStamped { token, .. }) = error else { panic!("{error:?}") };
    assert!(token > Locked::fence(&held) && fence(&table) < token.as_i64());

    // As it says.
    drop(tool.lock(&1).await?);
    assert!(fence(&table) > token.as_i64());
    is_refused(&holders, &mut held).await;
    Ok(())
}
