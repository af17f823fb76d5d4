//! What is written to the log.

use std::time::Duration;

use lockproof::{ForceRelease, LockKey, LockStore};

use crate::{
    faulty::HANGS,
    helpers::{faulty, settle},
    log::Log,
};

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test(start_paused = true)]
async fn a_lease_at_the_end_of_its_longest_hold() {
    let (_, _, locks) = faulty();
    let (log, _logging) = Log::begin();
    let lease = locks.lock("report").label("worker 7").acquire().await.expect("free");
    tokio::time::sleep(secs(560)).await;
    assert_eq!(log.text(), "", "nothing is amiss so far");
    lease.lost().await;
    tokio::time::sleep(secs(60)).await;
    let lines = log.lines();
    let [line] = &lines[..] else { panic!("{lines:?}") };
    assert!(line.contains("WARN") && line.contains("report") && line.contains("worker 7"), "{line}");
    assert!(line.contains("longest time"), "{line}");
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_was_taken_away() {
    let (memory, _, locks) = faulty();
    let (log, _logging) = Log::begin();
    let lease = locks.lock("report").acquire().await.expect("free");
    memory.force_release(ForceRelease::new(LockKey::new("report").expect("valid"))).await.expect("forced");
    tokio::time::sleep(secs(60)).await;
    drop(lease);
    locks.drain().await;
    let lines = log.lines();
    let [line] = &lines[..] else { panic!("{lines:?}") };
    assert!(
        line.contains("WARN") && line.contains("report of ") && line.contains("does not have it"),
        "{line}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_was_not_renewed_in_time() {
    let (_, store, locks) = faulty();
    let _lease = locks.lock("report").label("worker 7").acquire().await.expect("free");
    let (log, _logging) = Log::begin();
    store.all(HANGS);
    tokio::time::sleep(secs(120)).await;
    let lines = log.lines();
    let [down, lost] = &lines[..] else { panic!("{lines:?}") };
    assert!(down.contains("WARN") && down.contains("store fails") && down.contains("no answer"), "{down}");
    assert!(lost.contains("WARN") && lost.contains("report of worker 7 is lost"), "{lost}");
}

#[tokio::test(start_paused = true)]
async fn a_released_lease_says_nothing() {
    let (_, _, locks) = faulty();
    let (log, _logging) = Log::begin();
    for _ in 0..3 {
        let lease = locks.lock("k").acquire().await.expect("free");
        tokio::time::sleep(secs(15)).await;
        lease.release().await.expect("held");
        drop(locks.lock("k").acquire().await.expect("free"));
        settle().await;
    }
    assert_eq!(log.text(), "");
}
