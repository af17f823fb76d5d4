//! Rows are made, found and claimed.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which situation")]

use super::super::{
    StorageHarness,
    home::{Home, token},
};
use crate::{
    error::Result,
    model::FencingToken,
    proof::Stored,
    repository::{Claimed, Inserted, Written},
    testing::say::{holds, is},
};

pub(in crate::testing) async fn insert__new<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let entity = home.entity(1, 7);
    let version = home.inserted(&entity).await;
    let since_1970 = version > 1_700_000_000_000_000;
    holds("the version of a new row", version, since_1970, "at least that of the ticket, in microseconds");
    is("`find`", home.find(1).await, Some(Stored { entity: entity.clone(), version }));
    is("`claim`", home.claimed(&entity, 9).await, Stored { entity, version });
    Ok(())
}

pub(in crate::testing) async fn insert__existing<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let (entity, intruder) = (home.entity(1, 7), home.entity(1, 0));
    let version = home.inserted(&entity).await;
    is("`insert` of an existing id", home.insert(&intruder).await, Inserted::Exists);
    is("`find` after it", home.find(1).await, Some(Stored { entity: entity.clone(), version }));
    home.claimed(&entity, 9).await;
    is("`insert` of an existing id", home.insert(&intruder).await, Inserted::Exists);
    let refused = home.claim(1, 8).await;
    is("`claim` under a lower token after it", refused, Claimed::Fenced { by: token(9) });
    Ok(())
}

pub(in crate::testing) async fn find__missing<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    is("`find`", home.find(1).await, None);
    home.inserted(&home.entity(2, 7)).await;
    is("`find` beside another row", home.find(1).await, None);
    Ok(())
}

pub(in crate::testing) async fn claim__missing<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    is("`claim`", home.claim(1, 9).await, Claimed::Gone);
    home.inserted(&home.entity(2, 7)).await;
    is("`claim` beside another row", home.claim(1, 9).await, Claimed::Gone);
    is("`find` after it", home.find(1).await, None);
    Ok(())
}

pub(in crate::testing) async fn claim__lower_token<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let entity = home.entity(1, 7);
    let version = home.inserted(&entity).await;
    is("`claim`", home.claimed(&entity, 5).await, Stored { entity: entity.clone(), version });
    is("`claim` under a higher token", home.claimed(&entity, 8).await, Stored { entity, version });
    is("`claim` under a lower token", home.claim(1, 5).await, Claimed::Fenced { by: token(8) });
    Ok(())
}

pub(in crate::testing) async fn claim__same_token<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let entity = home.entity(1, 7);
    home.inserted(&entity).await;
    home.claimed(&entity, 5).await;
    let again = home.claim(1, 5).await;
    if home.is_pinned() {
        // There the token comes from the row itself, so nobody else can have been granted it.
        holds("`claim` under the same token", &again, matches!(again, Claimed::Loaded(_)), "the row");
    } else {
        is("`claim` under the same token", again, Claimed::Fenced { by: token(5) });
    }
    Ok(())
}

pub(in crate::testing) async fn claim__for_a_seat<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let entity = home.entity(1, 7);
    let version = home.inserted(&entity).await;
    let row = || Claimed::Loaded(Stored { entity: entity.clone(), version });
    for turn in ["first", "second"] {
        is(&format!("the {turn} `claim` by leases of one seat"), home.claim_for_seat(1, 5).await, row());
    }
    if !home.is_pinned() {
        is("`claim` of a grant with its token", home.claim(1, 5).await, Claimed::Fenced { by: token(5) });
    }
    let changed = home.entity(1, 8);
    is("`update`", home.update(&changed, 5, version..=version).await, Written::Done);
    let row = Claimed::Loaded(Stored { entity: changed.clone(), version: version + 1 });
    is("`claim` by the seat after it", home.claim_for_seat(1, 5).await, row);
    home.claimed(&changed, 8).await;
    let refused = home.claim_for_seat(1, 5).await;
    is("`claim` by the seat after a later holder", refused, Claimed::Fenced { by: token(8) });
    is("`claim` by the seat of a missing row", home.claim_for_seat(2, 5).await, Claimed::Gone);
    let highest = FencingToken::MAX.get();
    let row = Claimed::Loaded(Stored { entity: changed, version: version + 1 });
    is("`claim` by the seat under the highest token", home.claim_for_seat(1, highest).await, row);
    Ok(())
}

pub(in crate::testing) async fn claim__highest_token<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let entity = home.entity(1, 7);
    let version = home.inserted(&entity).await;
    let highest = FencingToken::MAX;
    is("`claim`", home.claimed(&entity, highest.get()).await, Stored { entity, version });
    let refused = home.claim(1, highest.get() - 1).await;
    is("`claim` under the token below", refused, Claimed::Fenced { by: highest });
    Ok(())
}

pub(in crate::testing) async fn claim__other_row<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let (one, two) = (home.entity(1, 7), home.entity(2, 7));
    home.inserted(&one).await;
    let version = home.inserted(&two).await;
    home.claimed(&one, 9).await;
    is("`claim` of the other row", home.claimed(&two, 5).await, Stored { entity: two, version });
    Ok(())
}
