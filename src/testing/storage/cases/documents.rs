//! Texts of all kinds come back as they went in.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which situation")]

use super::super::{StorageHarness, home::Home};
use crate::{
    error::Result,
    proof::{Lockable, Stored},
    repository::{Query, Written},
    testing::say::is,
};

/// Goes in, is claimed, is written, comes back.
async fn survives<H: StorageHarness>(home: &Home<'_, H>, entity: Option<H::Entity>) -> Result<()> {
    let Some(entity) = entity else { return Ok(()) };
    let version = home.inserted(&entity).await;
    is("`claim`", home.claimed(&entity, 5).await, Stored { entity: entity.clone(), version });
    is("`update`", home.update(&entity, 5, version..=version).await, Written::Done);
    let found = home.find_by(&entity.id()).await;
    is("`find`", found, Some(Stored { entity: entity.clone(), version: version + 1 }));
    let all = home.find_all(&Query::all()).await;
    is("whether `find_all` has it", all.contains(&entity), true);
    Ok(())
}

pub(in crate::testing) async fn text__empty<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    survives(home, home.harness.with_text(1, "")).await
}

pub(in crate::testing) async fn text__unicode<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    let texts =
        ["ä \u{1F600} \"quoted\" \\ \n '; -- %_", " blanks ", "e\u{301}", "null", "\u{10FFFF}\u{FEFF}"];
    for (id, text) in (1..).zip(texts) {
        survives(home, home.harness.with_text(id, text)).await?;
    }
    Ok(())
}

pub(in crate::testing) async fn text__one_megabyte<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    survives(home, home.harness.with_text(1, &"é".repeat(500_000))).await
}

pub(in crate::testing) async fn id__unicode<H: StorageHarness>(home: &Home<'_, H>) -> Result<()> {
    for text in ["a", "A", "a ", "ä", "a\u{308}", "a:b/c%", "'; --", "\u{1F600}", "1", "01"] {
        survives(home, home.harness.with_id(text)).await?;
    }
    Ok(())
}
