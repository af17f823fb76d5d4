use std::{any::type_name, cell::Cell, panic::AssertUnwindSafe, time::Duration};

use futures::FutureExt;
use tokio::time::timeout;

use super::{
    StorageHarness, cases,
    home::{Home, chain},
    list::each_case,
};
use crate::{error::Result, testing::say::told};

/// One thing that every storage must do.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct StorageCase {
    /// What is done, two underscores, and in which situation: `update__later_claim`.
    pub name: &'static str,
    /// What must come of it.
    pub rule: &'static str,
}

macro_rules! cases {
    ([] $($subject:ident { $($name:ident $rule:literal,)* })*) => {
        /// All cases, by subject.
        pub const STORAGE_CASES: &[StorageCase] =
            &[$($(StorageCase { name: stringify!($name), rule: $rule },)*)*];

        async fn play<H: StorageHarness>(case: &StorageCase, home: &Home<'_, H>) -> Result<()> {
            match case.name {
                $($(stringify!($name) => cases::$subject::$name(home).await,)*)*
                name => unreachable!("{name} is in the list, from which this is made"),
            }
        }
    };
}

each_case!(cases;);

/// Runs the case of this name on an empty home.
///
/// # Panics
/// If the storage does not do what it must, and if there is no such case.
pub fn run_storage_case<H: StorageHarness>(name: &str, harness: &H) {
    let Some(case) = STORAGE_CASES.iter().find(|case| case.name == name) else {
        panic!("there is no case {name:?}; `lockproof::testing::STORAGE_CASES` has all of them")
    };
    let ended = Cell::new(false);
    harness.run(Box::pin(async {
        case.run(harness).await;
        ended.set(true);
    }));
    assert!(ended.get(), "the harness has not driven the case {name} to its end: see `StorageHarness::run`");
}

impl StorageCase {
    async fn run<H: StorageHarness>(&self, harness: &H) {
        const LIMIT: Duration = Duration::from_secs(300);

        let home = Home::of(harness).await;
        let played = AssertUnwindSafe(play(self, &home)).catch_unwind();
        let did = match timeout(LIMIT, played).await {
            Ok(Ok(Ok(()))) => return,
            Ok(Ok(Err(error))) => format!("an operation that must be done failed: {}", chain(&error)),
            Ok(Err(panic)) => told(&*panic),
            Err(_) => format!("it did not come to an end within {LIMIT:?}"),
        };
        let Self { name, rule } = self;
        let (row, column) = name.split_once("__").unwrap_or((name, ""));
        let storage = type_name::<H::Storage>();
        panic!("the storage `{storage}` fails the case {name}\n  {row}, {column}: {rule}\n  {did}");
    }
}
