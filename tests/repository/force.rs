use std::{sync::Arc, time::Duration};

use lockproof::{Error, ForceReply, LockOptions, Locked, Repository, Result, SaveError};

use super::home::{bank, two_services};
use crate::account::Account;

/// Nobody has locked the entity since, and the evicted holder does not know.
#[tokio::test]
async fn an_evicted_holder_can_neither_save_nor_delete() -> Result<()> {
    let (_locks, tool, holders, _home) = two_services().await;
    let mut held = holders.lock_with(&1, LockOptions::new().never_expires()).await?;
    let ForceReply::Forced { token, .. } = tool.force_release(&1).await? else { panic!("it is held") };
    assert!(token > Locked::fence(&held));
    assert!(!Locked::is_lost(&held), "nobody has told it");

    held.balance = 99;
    let refused = holders.save(&mut held).await.expect_err("evicted");
    let Error::Save(SaveError::Fenced { held_by_token, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(held_by_token, token);
    let refused = holders.delete(held).await;
    assert!(matches!(refused, Err(Error::Save(SaveError::Fenced { .. }))), "{refused:?}");

    let mut next = tool.lock(&1).await?;
    assert!(Locked::fence(&next) > token);
    assert_eq!(next.balance, 10);
    next.balance += 1;
    tool.save(&mut next).await
}

#[tokio::test]
async fn a_holder_of_the_same_service_knows_at_once() -> Result<()> {
    let (_locks, accounts, _home) = bank().await;
    let accounts: Arc<dyn Repository<Account>> = Arc::new(accounts);
    let mut held = accounts.lock(&1).await?;
    assert!(matches!(accounts.force_release(&1).await?, ForceReply::Forced { .. }));
    assert!(Locked::is_lost(&held));
    held.balance = 99;
    let refused = accounts.save(&mut held).await;
    assert!(matches!(refused, Err(Error::Save(SaveError::Lost { .. }))), "{refused:?}");
    assert!(accounts.try_lock(&1).await?.is_some());
    Ok(())
}

#[tokio::test]
async fn who_waits_gets_it() -> Result<()> {
    let (_locks, tool, others, _home) = two_services().await;
    let held = others.lock_with(&1, LockOptions::new().never_expires()).await?;
    let patient = LockOptions::new().wait("1m");
    let (next, forced) = tokio::join!(tool.lock_with(&1, patient), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        tool.force_release(&1).await
    });
    let ForceReply::Forced { token, .. } = forced? else { panic!("it is held") };
    let mut next = next?;
    assert!(Locked::fence(&next) > token && token > Locked::fence(&held));
    next.balance += 1;
    tool.save(&mut next).await
}

#[tokio::test]
async fn what_nobody_holds_stays_as_it_is() -> Result<()> {
    let (locks, accounts, _home) = bank().await;
    let mut one = accounts.lock(&1).await?;
    one.balance += 1;
    accounts.save_and_release(one).await?;
    assert_eq!(accounts.force_release(&1).await?, ForceReply::NotHeld);
    assert_eq!(accounts.force_release(&9).await?, ForceReply::NotHeld);
    assert_eq!(accounts.lock(&1).await?.balance, 11);

    let lease = locks.lock("account:9").acquire().await?;
    assert!(matches!(accounts.force_release(&9).await?, ForceReply::Forced { .. }));
    assert!(lease.is_lost() && accounts.find(&9).await?.is_none(), "there is still no such account");
    Ok(())
}
