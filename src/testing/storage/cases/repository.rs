//! What a repository over this storage promises: inserting, locking, deleting.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which situation")]

use std::time::Duration;

use tokio::time::timeout;

use super::super::{StorageHarness, home::Home};
use crate::{
    error::{Error, Result},
    proof::{LockProof, Lockable, Locked, Transient},
    repository::{InsertError, LockError, Repository, RepositoryExt, Written},
    store::ForceReply,
    testing::say::{holds, is},
};

pub(in crate::testing) async fn repository_insert__existing<H: StorageHarness>(
    home: &Home<'_, H>,
) -> Result<()> {
    let (_locks, accounts) = home.accounts().await;
    let intruder = Transient::new(home.entity(1, 99));
    let refused = accounts.insert(intruder.clone()).keep_guard().await.map(drop);
    let Err(refused) = refused else { panic!("`insert` of an existing id: it must be refused") };
    let exists = matches!(refused.error, Error::Insert(InsertError::AlreadyExists { .. }));
    holds("`insert` of an existing id", &refused.error, exists, "`AlreadyExists`");
    is("the entity that was given back", refused.guard, intruder);
    is("the number that is stored", home.stored_number(1).await, Some(10));
    Ok(())
}

pub(in crate::testing) async fn repository_lock__missing<H: StorageHarness>(
    home: &Home<'_, H>,
) -> Result<()> {
    let (locks, accounts) = home.accounts().await;
    let id = home.id(9);
    for locked in [accounts.lock(&id).await.map(drop), accounts.try_lock(&id).await.map(drop)] {
        let missing = matches!(locked, Err(Error::Lock(LockError::NotFound { .. })));
        holds("`lock` of a missing row", locked, missing, "`NotFound`");
    }
    holds("`lock` of a missing row, optional", (), accounts.lock(&id).optional().await?.is_none(), "`None`");
    let lease = locks.lock(H::Entity::lock_key(&id)).try_acquire().await?;
    holds("whether the lock is free after that", (), lease.is_some(), "true");
    Ok(())
}

pub(in crate::testing) async fn repository_lock__held<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let (locks, accounts) = home.accounts().await;
    let id = home.id(1);
    let one = accounts.lock(&id).await?;
    holds("`try_lock` of what is held", (), accounts.try_lock(&id).await?.is_none(), "`None`");
    let lease = locks.lock(H::Entity::lock_key(&id)).try_acquire().await?;
    holds("whether its key can be locked", (), lease.is_none(), "false");
    holds("`try_lock` of another row", (), accounts.try_lock(&home.id(2)).await?.is_some(), "`Some`");
    drop(one);
    holds("`try_lock` after the drop", (), accounts.try_lock(&id).await?.is_some(), "`Some`");
    Ok(())
}

pub(in crate::testing) async fn repository_delete__locked<H: StorageHarness>(
    home: &Home<'_, H>,
) -> Result<()> {
    let (locks, accounts) = home.accounts().await;
    let one = accounts.lock(&home.id(1)).await?;
    let (key, before) = (Locked::key(&one).clone(), Locked::fence(&one));
    accounts.delete(one).await?;
    is("the number that is stored", home.stored_number(1).await, None);
    let lease = locks.lock(&key).try_acquire().await?.expect("the lock is free after the delete");
    holds("the next token of the lock", lease.fence(), lease.fence() > before, &format!("above {before}"));
    Ok(())
}

pub(in crate::testing) async fn repository_delete_by_id__free<H: StorageHarness>(
    home: &Home<'_, H>,
) -> Result<()> {
    let (_locks, accounts) = home.accounts().await;
    let id = home.id(1);
    is("`delete_by_id`", accounts.delete_by_id(&id).await?, true);
    is("the number that is stored", home.stored_number(1).await, None);
    is("`delete_by_id` again", accounts.delete_by_id(&id).await?, false);
    Ok(())
}

pub(in crate::testing) async fn repository_delete_by_id__held<H: StorageHarness>(
    home: &Home<'_, H>,
) -> Result<()> {
    let (_locks, accounts) = home.accounts().await;
    let id = home.id(1);
    let one = accounts.lock(&id).await?;
    let early = timeout(Duration::from_millis(100), accounts.delete_by_id(&id)).await;
    holds("`delete_by_id` of what is held", &early, early.is_err(), "nothing yet");
    is("the number that is stored", home.stored_number(1).await, Some(10));
    drop(one);
    is("`delete_by_id` after the drop", accounts.delete_by_id(&id).await?, true);
    Ok(())
}

pub(in crate::testing) async fn repository_recreate__lock<H: StorageHarness>(
    home: &Home<'_, H>,
) -> Result<()> {
    let (_locks, accounts) = home.accounts().await;
    let id = home.id(1);
    let one = accounts.lock(&id).await?;
    let before = Locked::fence(&one);
    accounts.delete(one).await?;
    accounts.insert(Transient::new(home.entity(1, 500))).await?;
    let mut one = accounts.lock(&id).await?;
    holds("the token of the new row's lock", (), Locked::fence(&one) > before, &format!("above {before}"));
    home.harness.set_number(one.edit(), 501);
    accounts.save(&mut one).await?;
    is("the number that is stored", home.stored_number(1).await, Some(501));
    Ok(())
}

pub(in crate::testing) async fn repository_force__stamped<H: StorageHarness>(
    home: &Home<'_, H>,
) -> Result<()> {
    let (_locks, accounts) = home.accounts().await;
    let id = home.id(1);
    let one = accounts.lock(&id).await?;
    let (fence, version) = (Locked::fence(&one), Locked::version(&one));
    let reply = accounts.force_release(&id).await?;
    let ForceReply::Forced { token } = reply else { panic!("`force_release`: the answer was {reply:?}") };
    holds("the token of the release", token, token > fence, &format!("above {fence}"));
    // As a process does that has not heard of it.
    let late = home.update(&home.entity(1, 99), fence.get(), version..=version).await;
    is("`update` by who was evicted", late, Written::Fenced { by: token });
    is("`delete` by who was evicted", home.delete(1, fence.get(), version..=version).await, late);
    is("the number that is stored", home.stored_number(1).await, Some(10));
    let next = accounts.lock(&id).await?;
    holds("the next token", Locked::fence(&next), Locked::fence(&next) > token, &format!("above {token}"));
    Ok(())
}

pub(in crate::testing) async fn repository_with_lock__body<H: StorageHarness>(
    home: &Home<'_, H>,
) -> Result<()> {
    let (_locks, accounts) = home.accounts().await;
    let id = home.id(1);
    let harness = home.harness;
    let doubled = accounts.with_lock(&id, async |one, _| {
        let number = harness.number(one) * 2;
        harness.set_number(one.edit(), number);
        Ok::<_, Error>(number)
    });
    is("the value of the body", doubled.await?, 20);
    let failed: Result<()> = accounts
        .with_lock(&id, async |one, accounts| {
            harness.set_number(one.edit(), 0);
            Err(accounts.lock(&home.id(9)).await.expect_err("there is no such row"))
        })
        .await;
    holds("a body that fails", &failed, failed.is_err(), "its error");
    is("the number that is stored", home.stored_number(1).await, Some(20));
    holds("whether it is free after that", (), accounts.try_lock(&id).await?.is_some(), "true");
    Ok(())
}
