use std::{cell::Cell, fmt, panic::AssertUnwindSafe};

use futures::FutureExt;
use tokio::time::timeout;

use super::{
    cases,
    harness::{CaseFuture, Harness},
    list::each_case,
    need::Need,
    say::told,
    stage::Stage,
};

/// One thing that every store must do.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Case {
    /// What is done, two underscores, and in which situation: `try_acquire__other`.
    pub name: &'static str,
    /// What must come of it.
    pub rule: &'static str,
    /// What the store must be able to do for this.
    pub needs: &'static [Need],
    play: fn(Stage) -> CaseFuture<'static>,
}

macro_rules! cases {
    ([] $($subject:ident { $($name:ident $([$($need:ident)+])? $rule:literal,)* })*) => {
        /// All cases, by subject.
        pub const CASES: &[Case] = &[$($(
            Case {
                name: stringify!($name),
                rule: $rule,
                needs: &[$($(Need::$need),+)?],
                play: |stage| Box::pin(cases::$subject::$name(stage)),
            },
        )*)*];
    };
}

each_case!(cases;);

/// Runs the case of this name.
///
/// # Panics
/// If the store does not do what it must, and if there is no such case.
pub fn run_case(name: &str, harness: &dyn Harness) {
    match CASES.iter().find(|case| case.name == name) {
        Some(case) => case.run(harness),
        None => panic!("there is no case {name:?}; `lockproof::testing::CASES` has all of them"),
    }
}

impl Case {
    /// Runs it on an empty place for locks.
    ///
    /// # Panics
    /// If the store does not do what it must.
    pub fn run(&self, harness: &dyn Harness) {
        let ended = Cell::new(false);
        harness.run(Box::pin(async {
            self.play_on(harness).await;
            ended.set(true);
        }));
        assert!(
            ended.get(),
            "the harness has not driven the case {} to its end: see `Harness::run`",
            self.name
        );
    }

    async fn play_on(&self, harness: &dyn Harness) {
        let stage = Stage::open(harness).await;
        let store = stage.store().name().to_owned();
        let capabilities = stage.store().capabilities();
        if let Some(missing) = self.needs.iter().find(|need| !need.is_met_by(&capabilities)) {
            println!("{} is not asked of the store `{store}`, which does not claim `{missing}`", self.name);
            return;
        }
        let play = AssertUnwindSafe((self.play)(stage)).catch_unwind();
        let did = match timeout(harness.limit(), play).await {
            Ok(Ok(())) => return,
            Ok(Err(panic)) => told(&*panic),
            Err(_) => format!("it did not come to an end within {:?}", harness.limit()),
        };
        let Self { name, rule, .. } = self;
        let (row, column) = name.split_once("__").unwrap_or((name, ""));
        panic!("the store `{store}` fails the case {name}\n  {row}, {column}: {rule}\n  {did}");
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, rule, needs, .. } = self;
        f.debug_struct("Case").field("name", name).field("rule", rule).field("needs", needs).finish()
    }
}
