//! Rows are removed: under their fence and version only.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which situation")]

use super::super::{
    StorageHarness,
    home::{Home, token},
};
use crate::{error::Result, proof::Stored, repository::Written, testing::say::is};

pub(in crate::testing) async fn delete__claimed<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let entity = home.entity(1, 7);
    let version = home.inserted(&entity).await;
    home.inserted(&home.entity(2, 8)).await;
    home.claimed(&entity, 8).await;
    is("`delete`", home.delete(1, 8, version - 1..=version).await, Written::Done);
    is("`find` after it", home.find(1).await, None);
    is("the number in another row", home.stored_number(2).await, Some(8));
    is("`delete` again", home.delete(1, 8, version..=version).await, Written::Gone);
    Ok(())
}

pub(in crate::testing) async fn delete__later_claim<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let entity = home.entity(1, 7);
    let version = home.inserted(&entity).await;
    home.claimed(&entity, 5).await;
    home.claimed(&entity, 8).await;
    let refused = home.delete(1, 5, version..=version).await;
    is("`delete` under the token of an earlier holder", refused, Written::Fenced { by: token(8) });
    is("`find` after it", home.find(1).await, Some(Stored { entity, version }));
    Ok(())
}

pub(in crate::testing) async fn delete__other_version<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let entity = home.entity(1, 7);
    let version = home.inserted(&entity).await;
    home.claimed(&entity, 5).await;
    let refused = home.delete(1, 5, version + 1..=version + 1).await;
    is("`delete` of a later version", refused, Written::Stale { found: version });
    is("`find` after it", home.find(1).await, Some(Stored { entity, version }));
    Ok(())
}

pub(in crate::testing) async fn delete__missing<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    is("`delete`", home.delete(1, 5, 1..=1).await, Written::Gone);
    Ok(())
}
