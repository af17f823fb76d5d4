//! What a repository over this storage promises: saving.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which situation")]

use std::time::Duration;

use super::super::{
    StorageHarness,
    home::{Home, chain},
};
use crate::{
    error::{Error, Result},
    lock::{LockOptions, Locks},
    proof::{LockProof, Locked, Persistent},
    repository::{LockError, Repository, SaveError, Written},
    store::MemoryStore,
    testing::say::{holds, is},
};

/// A guard whose lock has lapsed.
pub(super) async fn lapsed<H: StorageHarness>(
    home: &Home<'_, H>,
    accounts: &impl Repository<H::Entity>,
) -> Result<Locked<Persistent<H::Entity>>> {
    loop {
        let options = LockOptions::new().ttl(Duration::from_millis(200));
        match accounts.lock_with(&home.id(1), options).await {
            // The machine was so busy that it lapsed before the row was loaded.
            Err(Error::Lock(LockError::Lost { .. })) => {}
            locked => {
                let locked = locked?;
                Locked::lost(&locked).await;
                return Ok(locked);
            }
        }
    }
}

#[track_caller]
fn refused(saved: Result<()>) -> SaveError {
    match saved {
        Err(Error::Save(error)) => error,
        other => panic!("`save`: the answer was {other:?}, and must be a `SaveError`"),
    }
}

pub(in crate::testing) async fn save__changed<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let (_locks, accounts) = home.accounts().await;
    let id = home.id(1);
    let mut one = accounts.lock(&id).await?;
    is("the loaded entity", &*one, &home.entity(1, 10));
    home.harness.set_number(one.edit(), 15);
    accounts.save(&mut one).await?;
    Locked::release(one).await?;
    is("the number that is stored", home.stored_number(1).await, Some(15));
    is("the number of another row", home.stored_number(2).await, Some(20));
    holds("whether it is free", (), accounts.try_lock(&id).await?.is_some(), "true");
    Ok(())
}

pub(in crate::testing) async fn save__twice<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let (_locks, accounts) = home.accounts().await;
    let mut one = accounts.lock(&home.id(1)).await?;
    for number in [15, 20] {
        home.harness.set_number(one.edit(), number);
        accounts.save(&mut one).await?;
        is("the number that is stored", home.stored_number(1).await, Some(number));
        is("the version in the guard", Some(Locked::version(&one)), home.find(1).await.map(|it| it.version));
    }
    Ok(())
}

pub(in crate::testing) async fn save__and_release<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let (_locks, accounts) = home.accounts().await;
    let id = home.id(1);
    let mut one = accounts.lock(&id).await?;
    home.harness.set_number(one.edit(), 77);
    let saved = accounts.save_and_release(one).await?;
    is("what is stored", accounts.find(&id).await?, Some(saved));
    holds("whether it is free", (), accounts.try_lock(&id).await?.is_some(), "true");
    Ok(())
}

pub(in crate::testing) async fn save__lapsed<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let (_locks, accounts) = home.accounts().await;
    let mut one = lapsed(home, &accounts).await?;
    home.harness.set_number(one.edit(), 99);
    let error = refused(accounts.save(&mut one).await);
    holds("`save`", &error, matches!(error, SaveError::Lost { .. }), "`Lost`");
    is("the number that is stored", home.stored_number(1).await, Some(10));
    Ok(())
}

pub(in crate::testing) async fn save__superseded<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let (_locks, accounts) = home.accounts().await;
    let mut first = accounts.lock(&home.id(1)).await?;
    let later = home.supersede(&first).await?;
    home.harness.set_number(first.edit(), 99);
    let error = refused(accounts.save(&mut first).await);
    let SaveError::Fenced { held_by_token, token, .. } = error else {
        panic!("`save`: the answer was {error:?}, and must be `Fenced`")
    };
    is("the tokens in the error", (held_by_token, token), (later, Locked::fence(&first)));
    is("the number that is stored", home.stored_number(1).await, Some(10));
    Ok(())
}

pub(in crate::testing) async fn save__written_behind<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let (_locks, accounts) = home.accounts().await;
    let mut one = accounts.lock(&home.id(1)).await?;
    let read = Locked::version(&one);
    home.write_behind(1, 500, Locked::fence(&one)).await;
    home.harness.set_number(one.edit(), 99);
    for _ in 0..2 {
        let error = refused(accounts.save(&mut one).await);
        let SaveError::StaleVersion { expected, found, .. } = error else {
            panic!("`save`: the answer was {error:?}, and must be `StaleVersion`")
        };
        is("the versions in the error", (expected, found), (read, read + 1));
    }
    is("the number that is stored", home.stored_number(1).await, Some(500));
    Ok(())
}

pub(in crate::testing) async fn save__recreated<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let (_locks, accounts) = home.accounts().await;
    let mut one = accounts.lock(&home.id(1)).await?;
    // Somebody else's row: deleted and made again under a later lock.
    let (later, version) = (home.supersede(&one).await?, Locked::version(&one));
    is("`delete` by somebody else", home.delete(1, later.get(), version..=version).await, Written::Done);
    home.inserted(&home.entity(1, 500)).await;
    home.harness.set_number(one.edit(), 99);
    let error = refused(accounts.save(&mut one).await);
    match home.is_pinned() {
        // The row of the lock is looked at first.
        true => holds("`save`", &error, matches!(error, SaveError::Fenced { .. }), "`Fenced`"),
        false => holds("`save`", &error, matches!(error, SaveError::Gone { .. }), "`Gone`"),
    }
    is("the number that is stored", home.stored_number(1).await, Some(500));
    Ok(())
}

pub(in crate::testing) async fn save__swapped<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let (_locks, accounts) = home.accounts().await;
    let (mut one, mut two) = (accounts.lock(&home.id(1)).await?, accounts.lock(&home.id(2)).await?);
    if !home.harness.swap(&mut one, &mut two) {
        return Ok(());
    }
    for guard in [&mut one, &mut two] {
        let error = refused(accounts.save(guard).await);
        holds("`save`", &error, matches!(error, SaveError::IdentityChanged { .. }), "`IdentityChanged`");
    }
    let stored = (home.stored_number(1).await, home.stored_number(2).await);
    is("the numbers that are stored", stored, (Some(10), Some(20)));
    Ok(())
}

pub(in crate::testing) async fn save__other_service<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let (_locks, accounts) = home.accounts().await;
    let other = home.repository(&Locks::memory()).await;
    let locked = other.lock(&home.id(1)).await;
    if home.is_pinned() {
        let error = locked.map(drop).expect_err("the row of that lock is not there");
        let text = chain(&error);
        holds(
            "`lock`",
            &text,
            text.contains("another lock store"),
            "that these are the locks of another store",
        );
        return Ok(());
    }
    let mut one = locked?;
    home.harness.set_number(one.edit(), 99);
    let error = refused(accounts.save(&mut one).await);
    holds("`save`", &error, matches!(error, SaveError::ForeignGuard { .. }), "`ForeignGuard`");
    is("the number that is stored", home.stored_number(1).await, Some(10));
    Ok(())
}

pub(in crate::testing) async fn save__other_namespace<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    if home.is_pinned() {
        // Only the locks of one store are taken there.
        return Ok(());
    }
    let (_locks, _accounts) = home.accounts().await;
    let store = MemoryStore::new();
    let apart = |name| Locks::builder().store(store.clone()).namespace(name).build();
    let (red, blue) = (home.repository(&apart("red")?).await, home.repository(&apart("blue")?).await);
    let mut one = red.lock(&home.id(1)).await?;
    home.harness.set_number(one.edit(), 99);
    let error = refused(blue.save(&mut one).await);
    holds("`save`", &error, matches!(error, SaveError::ForeignGuard { .. }), "`ForeignGuard`");
    red.save(&mut one).await?;
    is("the number that is stored", home.stored_number(1).await, Some(99));
    Ok(())
}

pub(in crate::testing) async fn save__twin_service<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    if home.is_pinned() {
        // Only the locks of one store are taken there.
        return Ok(());
    }
    let (_locks, _accounts) = home.accounts().await;
    let store = MemoryStore::new();
    let (a, b) = (Locks::new(store.clone()), Locks::new(store));
    let (a, b) = (home.repository(&a).await, home.repository(&b).await);
    let mut one = a.lock(&home.id(1)).await?;
    home.harness.set_number(one.edit(), 11);
    b.save(&mut one).await?;
    is("the number that is stored", home.stored_number(1).await, Some(11));
    Ok(())
}
