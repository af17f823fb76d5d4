//! `find_all`, and what a repository makes of it. Without an order any will do.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which situation")]

use std::time::Duration;

use tokio::time::timeout;

use super::super::{StorageHarness, home::Home};
use crate::{
    error::{Error, Result},
    proof::LockProof,
    repository::{LockError, Query, Repository},
    testing::say::{holds, is},
};

const NUMBERS: [i64; 5] = [3, 1, 4, 2, 3];

async fn filled<H: StorageHarness>(home: &Home<'_, H>) {
    for (id, number) in (1..).zip(NUMBERS) {
        home.inserted(&home.entity(id, number)).await;
    }
}

async fn numbers<H: StorageHarness>(home: &Home<'_, H>, query: Query<H::Entity>) -> Vec<i64> {
    home.find_all(&query).await.iter().map(|entity| home.harness.number(entity)).collect()
}

pub(in crate::testing) async fn find_all__all<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    is("`find_all` of none", numbers(home, Query::all()).await, vec![]);
    filled(home).await;
    let mut all = numbers(home, Query::all()).await;
    all.sort_unstable();
    is("the numbers of all", all, vec![1, 2, 3, 3, 4]);
    is("how many of two at most", numbers(home, Query::all().limit(2)).await.len(), 2);
    is("how many of none at most", numbers(home, Query::all().limit(0)).await.len(), 0);
    is("how many after three", numbers(home, Query::all().offset(3)).await.len(), 2);
    is("how many after nine", numbers(home, Query::all().offset(9)).await.len(), 0);
    Ok(())
}

pub(in crate::testing) async fn find_all__filter<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    filled(home).await;
    let (Some(threes), Some(nines)) = (home.harness.having(3), home.harness.having(9)) else { return Ok(()) };
    is("the numbers of those with 3", numbers(home, threes.clone().into()).await, vec![3, 3]);
    is("the numbers of those with 9", numbers(home, nines.into()).await, vec![]);
    let page = Query::from(threes).offset(1).limit(9);
    is("the numbers of those with 3 after the first", numbers(home, page).await, vec![3]);
    Ok(())
}

pub(in crate::testing) async fn find_all__order<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    filled(home).await;
    let Some(order) = home.harness.by_number() else { return Ok(()) };
    let ordered = || Query::all().order_by(order.clone());
    is("the numbers by number", numbers(home, ordered()).await, vec![1, 2, 3, 3, 4]);
    is("the second page of two", numbers(home, ordered().offset(2).limit(2)).await, vec![3, 3]);
    is("the last page", numbers(home, ordered().offset(4).limit(2)).await, vec![4]);
    Ok(())
}

pub(in crate::testing) async fn find_one__filter<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let (_locks, accounts) = home.accounts().await;
    let (Some(twenty), Some(nine)) = (home.harness.having(20), home.harness.having(9)) else { return Ok(()) };
    let found = accounts.find_one(twenty).await?;
    is("the entity with 20", found.map(|found| found.into_inner()), Some(home.entity(2, 20)));
    is("the entity with 9", accounts.find_one(nine).await?.map(|found| found.into_inner()), None);
    Ok(())
}

pub(in crate::testing) async fn lock_one__filter<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let (_locks, accounts) = home.accounts().await;
    let (Some(twenty), Some(nine)) = (home.harness.having(20), home.harness.having(9)) else { return Ok(()) };
    let locked = accounts.lock_one(twenty).await?;
    is("the locked entity", &*locked, &home.entity(2, 20));
    let none = accounts.lock_one(nine.clone()).await.map(drop);
    let none_matches = matches!(none, Err(Error::Lock(LockError::NoneMatches { .. })));
    holds("`lock_one` where none matches", none, none_matches, "`NoneMatches`");
    holds("the same, optional", (), accounts.lock_one(nine).optional().await?.is_none(), "`None`");
    Ok(())
}

pub(in crate::testing) async fn lock_one__changed_meanwhile<H: StorageHarness>(
    home: &Home<'_, H>,
) -> Result<()> {
    let (_locks, accounts) = home.accounts().await;
    let Some(ten) = home.harness.having(10) else { return Ok(()) };
    let first = home.id(1);
    let mut holder = accounts.lock(&first).await?;
    let mut waiting = Box::pin(accounts.lock_one(ten));
    // It finds the first, and waits for its lock.
    let early = timeout(Duration::from_millis(100), &mut waiting).await.map(drop);
    holds("`lock_one` of what is held", &early, early.is_err(), "nothing yet");
    home.inserted(&home.entity(3, 10)).await;
    home.harness.set_number(holder.edit(), 0);
    accounts.save(&mut holder).await?;
    drop(holder);
    let locked = timeout(Duration::from_secs(60), waiting).await.expect("it comes within a minute")?;
    is("the locked entity, when the first no longer matches", &*locked, &home.entity(3, 10));
    drop(locked);
    holds("whether the first is free", (), accounts.try_lock(&first).await?.is_some(), "true");
    Ok(())
}
