//! What is written to the log.

use std::time::Duration;

use lockproof::{ForceRelease, LockKey, LockStore, StoreErrorKind, Wait};

use crate::{
    faulty::{Fault, HANGS, Op, Step, UNAVAILABLE},
    helpers::{faulty, ms, owner_of, settle},
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
async fn a_lease_that_was_freed_by_force() {
    let (_, _, locks) = faulty();
    let (log, _logging) = Log::begin();
    let lease = locks.lock("report").label("worker 7").acquire().await.expect("free");
    locks.lock("report").force_release().await.expect("an answer");
    tokio::time::sleep(secs(120)).await;
    drop(lease);
    locks.drain().await;
    let lines = log.lines();
    let [line] = &lines[..] else { panic!("{lines:?}") };
    assert!(line.contains("WARN") && line.contains("report of worker 7") && line.contains("force"), "{line}");
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

#[tokio::test(start_paused = true)]
async fn an_outage_is_told_once_when_it_begins_and_once_when_it_ends() {
    for (fault, hangs) in [(UNAVAILABLE, false), (HANGS, true)] {
        let (memory, store, locks) = faulty();
        // Kept alive, and so long that the outage ends first.
        let kept = locks.lock("kept").ttl("3m").keep_alive().acquire().await.expect("free");
        // Kept alive, and not for long enough.
        let lost = locks.lock("lost").ttl("15s").acquire().await.expect("free");
        let mut queued = Vec::new();
        for n in 0..100 {
            let ttl = if n < 40 { "10s" } else { "2m" };
            queued.push(locks.lock(("queued", n)).ttl(ttl).acquire().await.expect("free"));
        }
        let mut waiters = Vec::new();
        for n in 0..10 {
            // They wait for a guard of this service, which goes away during the outage.
            queued.push(locks.lock(("waited", n)).ttl("2m").acquire().await.expect("free"));
            let lock = locks.lock(("waited", n)).wait(Wait::Forever);
            waiters.push(tokio::spawn(async move { lock.acquire().await }));
        }
        settle().await;
        let (log, _logging) = Log::begin();
        store.all(fault);
        drop(queued);
        for _ in 0..20 {
            locks.lock("new").wait(ms(500)).acquire().await.expect_err("down");
            tokio::time::sleep(ms(2_500)).await;
        }
        let lines = log.lines();
        let [begun] = &lines[..] else { panic!("{lines:?}") };
        assert!(begun.contains("WARN") && begun.contains("store fails"), "{begun}");
        let given_up = locks.releases_given_up();
        // A store that hangs may have done what it was asked: that is released, and given up, as well.
        let is_right = given_up == 40 || hangs && given_up > 40;
        assert!(is_right, "{given_up}: those whose lease was over");

        store.heal();
        for waiter in waiters {
            match waiter.await.expect("no panic") {
                Ok(lease) => lease.release().await.expect("held"),
                // Whether it was done is not known: that is not waited out.
                Err(error) => assert!(hangs, "{error:?}"),
            }
        }
        drop(locks.lock("new").acquire().await.expect("back"));
        locks.drain().await;
        let lines = log.lines();
        let [_, ended] = &lines[..] else { panic!("{lines:?}") };
        assert!(ended.contains("INFO") && ended.contains("works again after"), "{ended}");
        assert!(ended.contains(" calls failed") && ended.contains(" releases were given up"), "{ended}");
        assert!(hangs || ended.contains(" 40 releases"), "{ended}");
        assert!(lost.is_lost() && !kept.is_lost());
        tokio::time::sleep(secs(300)).await;
        assert!(!kept.is_lost());
        assert_eq!(owner_of(&memory, "kept").await.as_ref(), Some(kept.owner()));
        drop((kept, lost));
        locks.drain().await;
        assert_eq!(owner_of(&memory, "kept").await, None);
        assert_eq!(log.lines().len(), 2, "{}", log.text());
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_now_and_then_does_not_fill_the_log() {
    let (_, store, locks) = faulty();
    let (log, _logging) = Log::begin();
    for _ in 0..600 {
        store.once(Op::Acquire, [UNAVAILABLE]);
        locks.lock("k").try_acquire().await.expect_err("down");
        locks.lock("k").acquire().await.expect("up").release().await.expect("held");
        tokio::time::sleep(ms(100)).await;
    }
    // In a minute: each ten seconds that it begins and that it ends.
    assert!((2..=14).contains(&log.lines().len()), "{}", log.text());
}

#[tokio::test(start_paused = true)]
async fn releases_that_are_refused_for_good_are_counted() {
    let (_, store, locks) = faulty();
    let mut leases = Vec::new();
    for n in 0..50 {
        leases.push(locks.lock(("k", n)).acquire().await.expect("free"));
    }
    let (log, _logging) = Log::begin();
    store.always(Op::Release, [Fault::Before(Step::Fail(StoreErrorKind::Misconfigured))]);
    drop(leases);
    locks.drain().await;
    assert_eq!(locks.releases_given_up(), 50);
    let lines = log.lines();
    let [line] = &lines[..] else { panic!("{lines:?}") };
    assert!(line.contains("WARN") && line.contains("not set up"), "{line}");
}
