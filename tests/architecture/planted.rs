//! Planted violations of every form, which the checker must find, and clean code, which it must not flag.

use crate::rules::{Rule, Violation, check};

/// A small house, with names that lead astray.
const HOUSE: &[(&str, &str)] = &[
    (
        "src/lib.rs",
        "extern crate self as lockproof;
         mod error; mod lock; mod log; mod model; mod proof; mod repository; mod store;
         pub use crate::lock::Locks;
         pub use crate::model::Ttl;",
    ),
    ("src/error.rs", "use crate::repository::SaveError; pub struct Error(SaveError);"),
    ("src/log.rs", "pub(crate) use tracing::{debug, warn};"),
    (
        "src/model/mod.rs",
        "pub(crate) mod clock; mod ttl; pub use ttl::Ttl; pub(crate) use tokio::time::Instant as Tick;",
    ),
    ("src/model/clock.rs", "pub(crate) struct BootInstant(tokio::time::Instant);"),
    ("src/model/ttl.rs", "pub struct Ttl;"),
    ("src/store/mod.rs", "pub trait LockStore {} #[cfg(test)] mod cases;"),
    ("src/store/cases.rs", "fn late() { let _ = std::time::Instant::now(); }"),
    ("src/lock/mod.rs", "mod locks; mod tasks; pub use locks::Locks;"),
    ("src/lock/locks.rs", "pub struct Locks; pub(crate) struct JoinSet;"),
    ("src/lock/tasks.rs", "pub(crate) fn start() { tokio::spawn(async {}); }"),
    ("src/proof/mod.rs", "pub trait Lockable {}"),
    (
        "src/repository/mod.rs",
        "pub struct SaveError; #[macro_export] macro_rules! field { () => { $crate::repository::SaveError } }",
    ),
];

/// The violations of `code` as the file `path` of the house.
fn planted(path: &str, code: &str) -> Vec<Violation> {
    let mut files: Vec<(String, String)> = HOUSE
        .iter()
        .filter(|(file, _)| *file != path)
        .map(|(path, text)| ((*path).into(), (*text).into()))
        .collect();
    files.push((path.into(), code.into()));
    check(&files)
}

#[track_caller]
fn finds(rule: Rule, path: &str, snippets: &[&str]) {
    for code in snippets {
        let found = planted(path, code);
        assert!(
            !found.is_empty()
                && found.iter().all(|violation| violation.rule == rule && violation.file == path),
            "{rule:?} in {path}: {code}\nfound: {found:#?}"
        );
    }
}

#[track_caller]
fn is_clean(path: &str, snippets: &[&str]) {
    for code in snippets {
        let found = planted(path, code);
        assert!(found.is_empty(), "{path}: {code}\nfound: {found:#?}");
    }
}

const STORE: &str = "src/store/planted.rs";
const LOCK: &str = "src/lock/planted.rs";

#[test]
fn the_house_itself_is_clean() {
    is_clean(LOCK, &[""]);
}

#[test]
fn finds_upward_imports() {
    finds(
        Rule::Upward,
        STORE,
        &[
            "use crate::lock::Locks;",
            "use crate::lock::locks::Locks as L;",
            "use crate::{model::Ttl, lock::Locks};",
            "use crate::{model::{Ttl}, proof::{self as p}};",
            "use super::super::repository::SaveError;",
            "use crate::error::Error;",
            "use crate::lock;",
            "use crate as root; fn f() { root::lock::Locks; }",
            "use crate::{self as root}; type L = root::lock::Locks;",
            "use super::super as root; type L = root::lock::Locks;",
            "#[cfg(test)] use crate::repository::*;",
            "mod inner { use super::super::super::lock::Locks; }",
            "mod inner { fn f() { super::super::super::lock::Locks; } }",
            "fn f() { use crate::lock::Locks; }",
            "use lockproof as me; use me::lock::Locks;",
            "type L = lockproof::lock::Locks;",
        ],
    );
}

#[test]
fn finds_upward_paths_that_are_not_imports() {
    finds(
        Rule::Upward,
        STORE,
        &[
            "fn f() { let _ = crate::lock::Locks; }",
            "fn f(locks: &crate::lock::Locks) {}",
            "fn f() -> Vec<Option<crate::lock::Locks>> { todo!() }",
            "struct S { locks: crate::lock::Locks }",
            "impl crate::proof::Lockable for S {}",
            "fn f<T: crate::proof::Lockable>() {}",
            "fn f(e: E) { match e { crate::repository::SaveError => {} } }",
            "fn f() { crate::repository::SaveError { a: 1 }; }",
            "fn f() { <S as crate::proof::Lockable>::id(); }",
            "fn f() { <crate::lock::Locks>::memory(); }",
            "fn f() { super::super::lock::Locks; }",
            "fn f() { (|| async { crate::lock::Locks })(); }",
            "const L: fn() = crate::lock::Locks::memory;",
            "#[derive(crate::proof::Lockable)] struct S;",
            "#[serde(with = \"crate::repository::text\")] struct S;",
        ],
    );
}

#[test]
fn finds_upward_paths_in_macros() {
    finds(
        Rule::Upward,
        STORE,
        &[
            "macro_rules! m { () => { $crate::lock::Locks } }",
            "macro_rules! m { () => { crate::lock::Locks } }",
            "macro_rules! m { ($t:ty) => { impl $crate::proof::Lockable for $t {} } }",
            "macro_rules! m { () => { use $crate::{model::Ttl, lock::Locks}; } }",
            "fn f() { println!(\"{:?}\", crate::lock::Locks); }",
            "fn f() { vec![(1, [super::super::lock::Locks])]; }",
            "thread_local! { static L: crate::lock::Locks = crate::lock::Locks; }",
            "fn f() { crate::lock::shout!(); }",
            "#[macro_export] macro_rules! m { () => { $crate::Locks } }",
        ],
    );
}

#[test]
fn a_test_module_is_not_exempt_from_the_floors() {
    finds(
        Rule::Upward,
        STORE,
        &["#[cfg(test)] mod tests { use crate::lock::Locks; }", "#[cfg(test)] use crate::lock::Locks;"],
    );
    finds(Rule::Upward, "src/store/cases.rs", &["use crate::lock::Locks;"]);
    finds(Rule::Upward, "src/log.rs", &["use crate::model::Ttl;"]);
    finds(Rule::Upward, "src/proof/planted.rs", &["use crate::{error::Error};"]);
}

#[test]
fn finds_names_of_the_root() {
    finds(
        Rule::RootName,
        LOCK,
        &[
            "use crate::Ttl;",
            "use crate::{Ttl as T};",
            "fn f() { crate::Locks; }",
            "use super::super::Locks;",
            "use lockproof::Ttl;",
            "fn f(ttl: ::lockproof::Ttl) {}",
            "use crate as root; use root::Ttl;",
            "macro_rules! m { () => { $crate::Ttl } }",
            "fn f() { crate::field!(); }",
            "#[cfg(test)] mod tests { use crate::Ttl; }",
        ],
    );
}

#[test]
fn finds_clock_reads() {
    finds(
        Rule::Clock,
        LOCK,
        &[
            "fn f() { std::time::Instant::now(); }",
            "fn f() { ::std::time::Instant::now(); }",
            "use std::time::Instant; fn f() { Instant::now(); }",
            "use std::time::Instant as I; fn f() { I::now(); }",
            "use std::time::{self, Duration}; fn f() { time::SystemTime::now(); }",
            "use std::{time as t}; fn f() { t::Instant::now(); }",
            "use tokio::time::Instant; fn f() { let now = Instant::now; now(); }",
            "use tokio as t; use t::time as u; fn f() { u::Instant::now(); }",
            "type I = std::time::Instant; fn f() { I::now(); }",
            "fn f() { type I = std::time::Instant; I::now(); }",
            "fn f() { use std::time::Instant as I; I::now(); }",
            "fn f() { <std::time::Instant>::now(); }",
            "use std::time::Instant as I; fn f() { <I>::now(); }",
            "fn f() { super::super::model::Tick::now(); }",
            "use crate::model::Tick; fn f() { Tick::now(); }",
            "extern crate chrono as c; fn f() { c::Utc::now(); }",
            "fn f() { std::time::UNIX_EPOCH.elapsed(); }",
            "fn f(then: Instant) { then.elapsed(); }",
            "fn f(then: std::time::Instant) { std::time::Instant::elapsed(&then); }",
            "fn f() { rustix::time::clock_gettime(id); }",
            "use rustix::time::clock_gettime; fn f() { clock_gettime(id); }",
            "fn f() { debug!(\"{:?}\", std::time::Instant::now()); }",
            "use std::time::Instant as I; fn f() { vec![I::now()]; }",
            "use std::time::Instant as I; fn f() { vec![<I>::now()]; }",
            "fn f() { vec![then.elapsed()]; }",
            "macro_rules! m { () => {{ use std::time::Instant as I; I::now() }} }",
            "macro_rules! m { () => { ::std::time::Instant::now() } }",
            "#[cfg(not(test))] fn f() { std::time::Instant::now(); }",
            "#[cfg(any(test, unix))] mod tests { fn f() { std::time::Instant::now(); } }",
        ],
    );
}

#[test]
fn finds_tasks_and_threads() {
    finds(
        Rule::Task,
        LOCK,
        &[
            "fn f() { tokio::spawn(async {}); }",
            "use tokio::spawn; ",
            "use tokio::spawn as go; fn f() { go(async {}); }",
            "fn f() { tokio::task::spawn_blocking(|| ()); }",
            "use tokio::task::{self}; fn f() { task::spawn_local(async {}); }",
            "use tokio::task::JoinSet;",
            "fn f() { let mut set = tokio::task::JoinSet::new(); }",
            "fn f() { std::thread::spawn(|| ()); }",
            "use std::thread as t; fn f() { t::spawn(|| ()); }",
            "fn f(handle: tokio::runtime::Handle) { handle.spawn(async {}); }",
            "fn f() { tokio::runtime::Handle::current().spawn_blocking(|| ()); }",
            "use tokio::runtime::Handle as H; fn f(h: &H) { H::spawn(h, async {}); }",
            "fn f() { std::thread::Builder::new().spawn(|| ()); }",
            "fn f() { std::thread::scope(|s| { s.spawn(|| ()); }); }",
            "macro_rules! go { ($e:expr) => { ::tokio::spawn($e) } }",
            "macro_rules! go { ($h:expr) => { $h.spawn(async {}) } }",
            "fn f() { futures::join!(tokio::spawn(async {})); }",
        ],
    );
}

#[test]
fn finds_what_cannot_be_followed() {
    finds(
        Rule::Unclear,
        LOCK,
        &[
            "use std::time::*;",
            "use super::*;",
            "fn f() { use tokio::{sync, time::*}; }",
            "macro_rules! m { () => { use tokio::time::*; } }",
            "#[path = \"elsewhere.rs\"] mod inner;",
            "include!(\"elsewhere.in\");",
        ],
    );
    finds(Rule::Unclear, "src/lib.rs", &["mod model; mod newcomer {}"]);
}

#[test]
fn clean_code_is_not_flagged() {
    is_clean(
        LOCK,
        &[
            "use crate::{log::{debug, warn}, model::{Ttl, clock::BootInstant}, store::LockStore}; use super::Locks;",
            "/// See [`Repository`](crate::Repository), `crate::repository::Repo` and `Instant::now()`.\nfn f() {}",
            "//! Not [`crate::repository`].\n#![doc = \"crate::repository::Repo\"]",
            "#[error(\"crate::repository is down: {0}\")] struct S(u8);",
            "const S: &str = \"tokio::spawn(std::time::Instant::now())\";",
            "use crate::model::clock::BootInstant; fn f() { BootInstant::now(); }",
            "use std::time::Instant; fn f(at: Instant) -> Instant { at + Instant::into_std(at) }",
            "use super::locks::JoinSet; fn f() { JoinSet::new(); }",
            "struct Instant; impl Instant { fn now() {} } fn f() { Instant::now(); }",
            "fn spawn() {} fn f() { spawn(); self::spawn(); }",
            "fn f(repository: u8, error: u8) { warn!(\"{}\", repository); let _ = (repository, error); }",
            "fn f() { tracing::warn!(repository = 1, proof.error); }",
            "fn f() { let spawn = 1; let now = spawn; }",
            "macro_rules! m { ($repository:ident) => { $repository::spawn(); $crate::store::go!() } }",
            "#[macro_export] macro_rules! m { () => { $crate::Ttl } }",
            "pub(in crate::lock) struct S; pub(crate) struct T; pub(super) struct U;",
            "fn f() { for i in 0..spawn(3) {} } fn spawn(n: u8) {}",
            "#[cfg(test)] mod tests { use super::*; fn f() { tokio::spawn(async { then.elapsed() }); I::now(); } }",
            "#[cfg(all(test, unix))] mod tests { fn f() { std::time::Instant::now(); } }",
            "struct S; impl S { #[cfg(test)] fn f() { std::time::Instant::now(); } }",
            "#[cfg(test)] mod tests { use crate::field; fn f() { crate::field!(); } }",
        ],
    );
    is_clean(
        "src/repository/planted.rs",
        &[
            "use crate::error::Error; use crate::proof::Lockable; fn f() { crate::lock::Locks; super::SaveError; }",
        ],
    );
    is_clean("src/config.rs", &["use crate::{error::Error, lock::Locks, repository::SaveError};"]);
    is_clean(
        "src/lib.rs",
        &["mod error; mod lock; pub use crate::lock::Locks; pub(crate) use crate::Locks as L;"],
    );
    is_clean("src/lock/tasks.rs", &["fn f() { tokio::runtime::Handle::current().spawn(async {}); }"]);
    is_clean(
        "src/model/clock.rs",
        &["fn f() { tokio::time::Instant::now(); std::time::SystemTime::now(); }"],
    );
}

#[test]
fn an_exemption_is_for_one_rule() {
    finds(Rule::Clock, "src/lock/tasks.rs", &["fn f() { std::time::Instant::now(); }"]);
    finds(Rule::Task, "src/model/clock.rs", &["fn f() { tokio::spawn(async {}); }"]);
}

#[test]
fn says_where() {
    let found = planted(STORE, "\n\nfn f() {\n    crate::lock::Locks;\n}");
    assert_eq!(found.iter().map(|one| one.line).collect::<Vec<_>>(), [4]);
    assert_eq!(
        found[0].to_string(),
        "src/store/planted.rs:4: Upward: `crate::lock::Locks`: store (2) uses lock (3)"
    );
}
