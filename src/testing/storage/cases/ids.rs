//! Ids that the storage makes, for a harness that has [`StorageHarness::with_made_id`].
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which situation")]

use futures::future::join_all;

use super::{
    super::{StorageHarness, home::Home},
    doubt::polled,
};
use crate::{
    error::Result,
    proof::{LockProof, Locked, Stored},
    repository::{Query, Repository, RepositoryExt},
    store::Outcome,
    testing::say::{holds, is},
};

/// The numbers of all rows, from the lowest to the highest.
async fn numbers<H: StorageHarness>(home: &Home<'_, H>) -> Vec<i64> {
    let all = home.find_all(&Query::all()).await;
    let mut numbers: Vec<_> = all.iter().map(|entity| home.harness.number(entity)).collect();
    numbers.sort_unstable();
    numbers
}

pub(in crate::testing) async fn insert_with__new<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let Some(make) = home.harness.with_made_id(7) else { return Ok(()) };
    let accounts = home.repository(&home.locks().await).await;
    let made = accounts.insert_with(&make).await?;
    let since_1970 = made.version() > 1_700_000_000_000_000;
    holds("the version of a new row", made.version(), since_1970, "at least that of the ticket");
    is("the entity that was given back", &*made, &make(made.id().clone()));
    let stored = Stored { entity: make(made.id().clone()), version: made.version() };
    is("`find`", home.find_by(made.id()).await, Some(stored));

    let mut locked = accounts.lock(made.id()).await?;
    is("the version that is loaded", Locked::version(&locked), made.version());
    home.harness.set_number(locked.edit(), 8);
    accounts.save(&mut locked).await?;
    let second = accounts.insert_with(&make).await?;
    holds("whether the second one has an id of its own", (), second.id() != made.id(), "true");
    is("the numbers that are stored", numbers(home).await, vec![7, 8]);
    Ok(())
}

pub(in crate::testing) async fn insert_with__many_at_once<H: StorageHarness>(
    home: &Home<'_, H>,
) -> Result<()> {
    let makes: Vec<_> = (0..20).filter_map(|number| home.harness.with_made_id(number)).collect();
    let accounts = home.repository(&home.locks().await).await;
    for made in join_all(makes.iter().map(|make| accounts.insert_with(make))).await {
        let made = made?;
        let number = home.harness.number(&made);
        let found = home.find_by(made.id()).await.map(|stored| home.harness.number(&stored.entity));
        is("the number that is stored under an id", found, Some(number));
    }
    is("how many there are", numbers(home).await.len(), makes.len());
    Ok(())
}

pub(in crate::testing) async fn insert_with__other_id<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let Some(make) = home.harness.with_made_id(7) else { return Ok(()) };
    let accounts = home.repository(&home.locks().await).await;
    let first = accounts.insert_with(&make).await?.into_inner();
    let refused = accounts.insert_with(|_| first.clone()).await.map(drop);
    let Err(refused) = refused else {
        panic!("`insert_with` of an entity with another id: it must be refused")
    };
    is("whether it was done", refused.outcome(), Outcome::NotDone);
    is("the numbers that are stored", numbers(home).await, vec![7]);
    Ok(())
}

pub(in crate::testing) async fn insert_with__dropped_at_any_poll<H: StorageHarness>(
    home: &Home<'_, H>,
) -> Result<()> {
    let Some(make) = home.harness.with_made_id(7) else { return Ok(()) };
    let accounts = home.faulty(&home.locks().await).await;
    for polls in 0.. {
        let before = numbers(home).await.len();
        let done = polled(polls, accounts.insert_with(&make)).await.is_some();
        let made = accounts.insert_with(&make).await?;
        holds("whether the next one is there", (), home.find_by(made.id()).await.is_some(), "true");
        let new = numbers(home).await.len() - before;
        holds("how many rows there are of a dropped one and the next", new, new == 1 || new == 2, "1 or 2");
        if done {
            holds("how often it was dropped", polls, polls > 2, "more than twice");
            break;
        }
    }
    Ok(())
}
