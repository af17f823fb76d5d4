//! A row whose fence lies above the grants of its lock store: the store was restored from a backup, its clock went back,
//! or the locks have moved. Nobody may be locked out, and nobody may write who was superseded.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which situation")]

use super::super::{
    StorageHarness,
    home::{Home, chain, token},
};
use crate::{
    error::{Error, Result},
    lock::Locks,
    model::{FencingToken, clock},
    proof::{LockProof, Locked},
    repository::{Repository, SaveError},
    store::MemoryStore,
    testing::{
        StorageFault,
        say::{holds, is},
    },
};

const HOUR: u64 = 3_600_000_000;

/// Stamps the row with a fence that lies so far above the tokens of now.
async fn stamp_ahead<H: StorageHarness>(home: &Home<'_, H>, by: u64) -> FencingToken {
    let fence = clock::wall_micros() + by;
    home.claimed(&home.entity(1, 10), fence).await;
    token(fence)
}

pub(in crate::testing) async fn fence_ahead__save<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let (_locks, old) = home.accounts().await;
    let ahead = stamp_ahead(home, HOUR).await;
    let mut former = old.lock(&home.id(1)).await?;
    holds("the token", Locked::fence(&former), Locked::fence(&former) > ahead, "above the row's fence");

    if home.is_pinned() {
        home.supersede(&former).await?;
        home.harness.set_number(former.edit(), 99);
        let error = old.save(&mut former).await;
        let fenced = matches!(error, Err(Error::Save(SaveError::Fenced { .. })));
        holds("`save` by the former holder", error, fenced, "`Fenced`");
        is("the number that is stored", home.stored_number(1).await, Some(10));
        return Ok(());
    }
    let new = home.repository(&Locks::memory()).await;
    let mut one = new.lock(&home.id(1)).await?;
    holds("the next token", (), Locked::fence(&one) > Locked::fence(&former), "above the former holder's");
    home.harness.set_number(one.edit(), 11);
    new.save(&mut one).await?;

    home.harness.set_number(former.edit(), 99);
    let error = old.save(&mut former).await;
    let fenced = matches!(error, Err(Error::Save(SaveError::Fenced { .. })));
    holds("`save` by the former holder", error, fenced, "`Fenced`");
    is("the number that is stored", home.stored_number(1).await, Some(11));
    Ok(())
}

pub(in crate::testing) async fn fence_ahead__next_grants<H: StorageHarness>(
    home: &Home<'_, H>,
) -> Result<()> {
    let (_locks, accounts) = home.accounts().await;
    let mut last = stamp_ahead(home, HOUR).await;
    for number in 1..=3 {
        let mut one = accounts.lock(&home.id(1)).await?;
        holds("the next token", Locked::fence(&one), Locked::fence(&one) > last, "above the last");
        last = Locked::fence(&one);
        home.harness.set_number(one.edit(), number);
        accounts.save_and_release(one).await?;
        is("the number that is stored", home.stored_number(1).await, Some(number));
    }
    Ok(())
}

pub(in crate::testing) async fn fence_ahead__highest<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let (_locks, accounts) = home.accounts().await;
    home.claimed(&home.entity(1, 10), FencingToken::MAX.get()).await;
    let error = accounts.lock(&home.id(1)).await.map(drop).expect_err("no token is higher");
    is("whether it can be tried again", error.is_retryable(), false);
    holds("`lock`", chain(&error), chain(&error).contains("900719925474099"), "the highest token there is");
    drop(accounts.lock(&home.id(2)).await?);
    Ok(())
}

/// Two namespaces (or two lock stores) over one table exclude nobody, and tokens of one moment are equal. A save in
/// doubt may take what was written under its token for its own: so no two holders write a row under one token.
pub(in crate::testing) async fn fence_ahead__equal_tokens<H: StorageHarness>(
    home: &Home<'_, H>,
) -> Result<()> {
    if home.is_pinned() {
        // There is one lock store, and one row of it for each key.
        return Ok(());
    }
    let (_locks, _accounts) = home.accounts().await;
    let store = MemoryStore::new();
    let apart = |name| Locks::builder().store(store.clone()).namespace(name).build();
    let (red, blue) = (home.faulty(&apart("red")?).await, home.repository(&apart("blue")?).await);
    let id = home.id(1);
    let mut first = red.lock(&id).await?;
    let mut second = blue.lock(&id).await?;
    let rises = Locked::fence(&second) > Locked::fence(&first);
    holds("the second holder's token", (), rises, "above the first one's");

    red.storage().next([StorageFault::LoseRequest]);
    home.harness.set_number(first.edit(), 11);
    let lost = red.save(&mut first).await;
    holds("`save` whose request is lost", &lost, lost.is_err(), "an error");
    home.harness.set_number(second.edit(), 110);
    blue.save(&mut second).await?;
    let late = red.save(&mut first).await;
    let in_doubt = matches!(late, Err(Error::Save(SaveError::InDoubt { .. })));
    holds("`save` by the first holder", late, in_doubt, "`InDoubt`");
    is("the number that is stored", home.stored_number(1).await, Some(110));
    Ok(())
}
