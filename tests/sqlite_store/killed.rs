//! A holder that is killed lets go of nothing, and is followed when its ttl is over.

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use lockproof::{Locks, SqliteStore, Wait};

use super::sqlite::File;

const TTL: Duration = Duration::from_secs(3);
const HOLDS: &str = "it holds the lock";

#[test]
fn a_holder_that_is_killed_is_followed_when_its_ttl_is_over() {
    let file = File::new();
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "killed::a_process_that_holds_a_lock", "--ignored", "--nocapture"])
        .env("LOCKPROOF_TEST_FILE", file.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    assert!(lines.any(|line| line.expect("UTF-8").contains(HOLDS)), "it never had the lock");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let locks = Locks::new(file.store().await);
        let held = locks.lock("k").try_acquire().await.expect("the store answers");
        assert!(held.is_none(), "the other process holds it");
        child.kill().expect("killed");
        let killed = Instant::now();
        let lease = locks.lock("k").wait(Wait::Forever).acquire().await.expect("it expires");
        let took = killed.elapsed();
        assert!(took <= TTL + Duration::from_secs(1), "it took {took:?}");
        lease.release().await.expect("it is held");
    });
    child.wait().expect("ended");
}

#[tokio::test]
#[ignore = "runs as the process of `a_holder_that_is_killed_is_followed_when_its_ttl_is_over`"]
async fn a_process_that_holds_a_lock() {
    let path = PathBuf::from(std::env::var_os("LOCKPROOF_TEST_FILE").expect("the other test sets it"));
    let locks = Locks::new(SqliteStore::open(path).await.expect("opens"));
    let _lease = locks.lock("k").ttl(TTL).keep_alive().acquire().await.expect("free");
    println!("{HOLDS}");
    // It is killed long before.
    tokio::time::sleep(Duration::from_secs(60)).await;
}
