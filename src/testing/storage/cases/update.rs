//! Rows are written: under their fence and version only.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which situation")]

use futures::future::join_all;

use super::super::{
    StorageHarness,
    home::{Home, token},
};
use crate::{
    error::Result,
    proof::Stored,
    repository::Written,
    testing::say::{holds, is},
};

pub(in crate::testing) async fn update__claimed<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let (entity, changed) = (home.entity(1, 7), home.entity(1, 8));
    let version = home.inserted(&entity).await;
    let beside = home.inserted(&home.entity(2, 7)).await;
    home.claimed(&entity, 5).await;
    is("`update`", home.update(&changed, 5, version..=version).await, Written::Done);
    is("`find` after it", home.find(1).await, Some(Stored { entity: changed, version: version + 1 }));
    let other = Stored { entity: home.entity(2, 7), version: beside };
    is("`find` of another row", home.find(2).await, Some(other));
    Ok(())
}

pub(in crate::testing) async fn update__unclaimed<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let entity = home.entity(1, 7);
    let version = home.inserted(&entity).await;
    let refused = home.update_as_it_is(&home.entity(1, 8), 5, version..=version).await;
    let expected = if home.is_pinned() { Written::Lost } else { Written::Gone };
    is("`update` of a row that was never claimed under the token", refused, expected);
    is("`find` after it", home.find(1).await, Some(Stored { entity, version }));
    Ok(())
}

pub(in crate::testing) async fn update__later_claim<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let entity = home.entity(1, 7);
    let version = home.inserted(&entity).await;
    home.claimed(&entity, 5).await;
    home.claimed(&entity, 8).await;
    let refused = home.update(&home.entity(1, 8), 5, version..=version).await;
    is("`update` under the token of an earlier holder", refused, Written::Fenced { by: token(8) });
    is("`find` after it", home.find(1).await, Some(Stored { entity, version }));
    Ok(())
}

pub(in crate::testing) async fn update__other_version<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let (entity, changed) = (home.entity(1, 7), home.entity(1, 8));
    let version = home.inserted(&entity).await;
    home.claimed(&entity, 5).await;
    let stale = Written::Stale { found: version };
    is("`update` of later versions", home.update(&changed, 5, version + 1..=version + 2).await, stale);
    is("`update` of earlier versions", home.update(&changed, 5, version - 2..=version - 1).await, stale);
    is("`find` after it", home.find(1).await, Some(Stored { entity, version }));
    Ok(())
}

pub(in crate::testing) async fn update__missing<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let version = home.inserted(&home.entity(1, 7)).await;
    is("`update`", home.update(&home.entity(2, 8), 5, version..=version).await, Written::Gone);
    is("`find` after it", home.find(2).await, None);
    Ok(())
}

pub(in crate::testing) async fn update__in_doubt<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let entity = home.entity(1, 7);
    let version = home.inserted(&entity).await;
    home.claimed(&entity, 5).await;
    let (first, second) = (home.entity(1, 8), home.entity(1, 9));
    is("`update`, whose answer is lost", home.update(&first, 5, version..=version).await, Written::Done);
    is("`update` that follows it", home.update(&second, 5, version..=version + 1).await, Written::Done);
    is("`find`", home.find(1).await, Some(Stored { entity: second, version: version + 2 }));
    Ok(())
}

pub(in crate::testing) async fn update__late<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let entity = home.entity(1, 7);
    let version = home.inserted(&entity).await;
    home.claimed(&entity, 5).await;
    let (first, second) = (home.entity(1, 8), home.entity(1, 9));
    let written = home.update(&second, 5, version..=version + 1).await;
    is("`update` that comes first", written, Written::Done);
    let late = home.update(&first, 5, version..=version).await;
    is("`update` that was sent before and comes second", late, Written::Stale { found: version + 2 });
    is("`find`", home.find(1).await, Some(Stored { entity: second, version: version + 2 }));
    Ok(())
}

pub(in crate::testing) async fn update__many_at_once<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let entity = home.entity(1, 7);
    let version = home.inserted(&entity).await;
    home.claimed(&entity, 5).await;
    let entities: Vec<_> = (0..20).map(|number| home.entity(1, number)).collect();
    let all = join_all(entities.iter().map(|entity| home.update(entity, 5, version..=version))).await;
    let count = |wanted: Written| all.iter().filter(|written| **written == wanted).count();
    let split = (count(Written::Done), count(Written::Stale { found: version + 1 }));
    holds("20 updates of one version at once", &all, split == (1, 19), "one `Done` and 19 `Stale`");
    Ok(())
}

pub(in crate::testing) async fn update__recreated<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let entity = home.entity(1, 7);
    let first = home.inserted(&entity).await;
    home.claimed(&entity, 5).await;
    is("`delete`", home.delete(1, 5, first..=first).await, Written::Done);
    let second = home.inserted(&entity).await;
    holds("the version of the row that was made again", second, second > first, &format!("above {first}"));
    // A row with a fence of its own has not been stamped by anybody.
    let expected = if home.is_pinned() { Written::Stale { found: second } } else { Written::Gone };
    let late = home.update(&home.entity(1, 8), 5, first..=first).await;
    is("`update` from before the delete", late, expected);
    is("`delete` from before the delete", home.delete(1, 5, first..=first).await, expected);
    home.claimed(&entity, 5).await;
    let late = home.update(&home.entity(1, 8), 5, first..=first).await;
    is("`update` of the former version", late, Written::Stale { found: second });
    is("`find`", home.find(1).await, Some(Stored { entity, version: second }));
    Ok(())
}
