//! An SQLite file that cannot be written for a while: another connection is writing, or the disk is full.

use std::{
    path::PathBuf,
    process::Command,
    time::{Duration, Instant},
};

use futures::future::join_all;
use lockproof::{Acquire, LockStore, Owner, ReleaseReply, SqliteStore, StoreErrorKind};
use sqlx::{
    ConnectOptions, Connection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions},
};

use super::{
    calls::{LONG, acquire, key, release, ttl},
    sqlite::File,
};

#[tokio::test(flavor = "multi_thread")]
async fn calls_in_line_give_up_together_when_the_file_stays_busy() {
    let file = File::new();
    let store = file.store().await;
    let mut connection = file.options().connect().await.expect("connects");
    let _writing = connection.begin_with("BEGIN IMMEDIATE").await.expect("begins");
    let begun = Instant::now();
    let calls = (0..4)
        .map(|n| store.acquire(Acquire::new(key(&format!("k:{n}")), Owner::unique(), "".into(), ttl(LONG))));
    for answer in join_all(calls).await {
        assert_eq!(answer.expect_err("busy").kind(), StoreErrorKind::Unavailable);
    }
    // One has a patience of 5 s; that of those behind it began at the same time.
    assert!(begun.elapsed() < Duration::from_secs(9), "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_whose_connections_need_the_file_waits_for_it_too() {
    let file = File::new();
    // Each new connection sets the mode, for which SQLite reads the file.
    let rollback_journal = file.options().create_if_missing(true).journal_mode(SqliteJournalMode::Delete);
    let options = rollback_journal.busy_timeout(Duration::ZERO);
    let mut connection = options.connect().await.expect("connects");
    let writing = connection.begin_with("BEGIN EXCLUSIVE").await.expect("begins");
    let pool = SqlitePoolOptions::new().max_connections(1).connect_lazy_with(options.clone());
    let opening = tokio::spawn(SqliteStore::from_pool(pool));
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!opening.is_finished());
    writing.rollback().await.expect("ends");
    opening.await.expect("no panic").expect("opens");
}

/// The disk is a small one of its own, which only Linux gives to somebody who is not root.
#[cfg(target_os = "linux")]
#[test]
fn locks_go_on_when_the_disk_has_no_room_for_a_longer_wal() {
    let home = tempfile::tempdir().expect("a directory");
    let small_disk = |command: &str| {
        let mount = format!("mount -t tmpfs -o size=256k tmpfs {:?} && {command}", home.path());
        let mut unshare = Command::new("unshare");
        unshare.args(["--user", "--map-root-user", "--mount", "sh", "-c", &mount]);
        unshare.env("LOCKPROOF_TEST_FILE", home.path().join("locks.db"));
        unshare.env("LOCKPROOF_TEST_SELF", std::env::current_exe().expect("this program"));
        unshare.output()
    };
    if !small_disk("true").is_ok_and(|output| output.status.success()) {
        eprintln!("not tested: this machine does not let us mount a small disk");
        return;
    }
    let this =
        "\"$LOCKPROOF_TEST_SELF\" --exact sqlite_busy::a_process_on_a_small_disk --ignored --nocapture";
    let output = small_disk(this).expect("starts");
    assert!(output.status.success(), "{output:?}");
}

#[tokio::test]
#[ignore = "runs on the disk of `locks_go_on_when_the_disk_has_no_room_for_a_longer_wal`"]
async fn a_process_on_a_small_disk() {
    let path = PathBuf::from(std::env::var_os("LOCKPROOF_TEST_FILE").expect("the other test sets it"));
    let store = SqliteStore::open(&path).await.expect("opens");
    let me = Owner::unique();
    acquire(&store, "k", &me).await;
    release(&store, "k", &me).await;
    // The file itself has its size, as after any time that nobody had it open.
    let options = SqliteConnectOptions::new().filename(&path);
    let mut connection = options.connect().await.expect("connects");
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_all(&mut connection).await.expect("runs");
    // SQLite itself copies the WAL back at 4 MB only.
    for _ in 0..200 {
        acquire(&store, "k", &me).await;
        assert_eq!(release(&store, "k", &me).await, ReleaseReply::Released);
    }
}
