//! Whoever writes has waited for its turn, and whoever missed it does not write.

use std::time::Duration;

use lockproof::{Error, LockOptions, Locked, Repository, Result, SaveError};

use super::home::{bank, two_services};
use crate::account::{Account, lapsed};

#[tokio::test]
async fn delete_by_id_waits_for_the_holder() -> Result<()> {
    let (_locks, accounts, _home) = bank().await;
    let mut holder = accounts.lock(&1).await?;
    let (deleted, saved) = tokio::join!(accounts.delete_by_id(&1), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        holder.balance += 1;
        accounts.save(&mut holder).await?;
        Locked::release(holder).await.map_err(Error::from)
    });
    saved?;
    assert!(deleted?);
    assert!(accounts.find(&1).await?.is_none());
    Ok(())
}

#[tokio::test]
async fn a_lapsed_lock_that_another_has_taken_cannot_save() -> Result<()> {
    let (_locks, first, second, _home) = two_services().await;
    let mut late = lapsed(&first).await;
    let mut next = second.lock_with(&1, LockOptions::new().wait("1m")).await?;
    late.balance = 99;
    let refused = first.save(&mut late).await;
    assert!(matches!(refused, Err(Error::Save(SaveError::Lost { .. }))), "{refused:?}");
    let refused = first.delete(late).await;
    assert!(matches!(refused, Err(Error::Save(SaveError::Lost { .. }))), "{refused:?}");
    next.balance += 1;
    second.save(&mut next).await?;
    assert_eq!(first.find(&1).await?.map(|one| one.balance), Some(11));
    Ok(())
}

#[tokio::test]
async fn services_over_one_home_take_turns() -> Result<()> {
    let (_locks, first, second, _home) = two_services().await;
    let patient = || LockOptions::new().wait("1m");
    let add = async |accounts: &dyn Repository<Account>| -> Result<()> {
        for _ in 0..10 {
            let mut one = accounts.lock_with(&1, patient()).await?;
            one.balance += 1;
            accounts.save_and_release(one).await?;
        }
        Ok(())
    };
    let (a, b) = tokio::join!(add(&first), add(&second));
    a.and(b)?;
    assert_eq!(first.find(&1).await?.map(|one| one.balance), Some(30));
    Ok(())
}
