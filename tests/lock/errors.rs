//! What people read.

use std::{error::Error, time::Duration};

use lockproof::{
    AcquireError, BuildError, ExtendError, Locks, MemoryStore, ReleaseError, ShutdownError, StoreErrorKind,
    Ttl, Wait,
};

use crate::{
    faulty::{Fault, HANGS, Op, Step, UNAVAILABLE},
    helpers::{faulty, ms},
};

/// The whole chain, as an application would print it.
fn told(error: &dyn Error) -> String {
    let mut told = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        told += ": ";
        told += &error.to_string();
        source = error.source();
    }
    told
}

#[track_caller]
fn says(error: &dyn Error, parts: &[&str]) {
    let told = told(error);
    for part in parts {
        assert!(told.contains(part), "{told:?} does not say {part:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn of_an_acquisition() {
    let (_, store, locks) = faulty();
    let _held = locks.lock("order:1").label("worker 7").acquire().await.expect("free");
    let error = locks.lock("order:1").wait(ms(250)).acquire().await.expect_err("held");
    says(&error, &["order:1", "worker 7", "its lease ends in", "250ms"]);

    let error = locks.lock("order:1").wait(Wait::Never).acquire().await.expect_err("held");
    says(&error, &["order:1", "worker 7", "this did not wait"]);
    assert!(!error.to_string().contains("0ns"), "{error}");

    let error = locks.lock("").acquire().await.expect_err("no key");
    assert!(matches!(error, AcquireError::InvalidKey(_)));
    says(&error, &["key", "empty"]);

    let error = locks.lock("order:2").ttl("soon").acquire().await.expect_err("no ttl");
    assert!(matches!(error, AcquireError::InvalidOption { .. }));
    says(&error, &["order:2", "\"soon\"", "30s"]);

    let error = locks.lock("order:2").wait(Duration::ZERO).acquire().await.expect_err("no wait");
    assert!(matches!(error, AcquireError::InvalidOption { .. }));
    says(&error, &["order:2", "wait", "`Wait::Never`"]);

    let error = locks.lock("order:2").wait("a while").acquire().await.expect_err("no wait");
    says(&error, &["order:2", "wait", "\"a while\"", "250ms"]);

    let error = locks.lock("order:2").wait(Duration::MAX).acquire().await.expect_err("no wait");
    says(&error, &["order:2", "wait", "`Wait::Forever`"]);

    let error = futures::executor::block_on(async {
        std::thread::spawn({
            let lock = locks.lock("order:2");
            move || futures::executor::block_on(lock.acquire()).map(drop)
        })
        .join()
        .expect("no panic")
        .expect_err("no runtime")
    });
    assert!(matches!(error, AcquireError::NoRuntime { .. }));
    says(&error, &["order:2", "inside a tokio runtime"]);

    store.once(Op::Acquire, [UNAVAILABLE]);
    let error = locks.lock("order:2").try_acquire().await.expect_err("down");
    says(&error, &["order:2", "cannot be reached", "as the test has it"]);

    store.once(Op::Acquire, [HANGS]);
    let error = locks.lock("order:3").try_acquire().await.expect_err("hangs");
    says(&error, &["order:3", "not known", "no answer within 1s"]);

    locks.shutdown(ms(20)).await.expect_err("one call hangs");
    let error = locks.lock("order:2").acquire().await.expect_err("closed");
    assert!(matches!(error, AcquireError::Closed { .. }));
    says(&error, &["order:2", "shut down"]);
}

#[tokio::test(start_paused = true)]
async fn of_a_timeout_on_a_lock_that_never_ends() {
    let locks = Locks::memory();
    let _held = locks.lock("k").ttl(Ttl::Never).label("worker 7").acquire().await.expect("free");
    let error = locks.lock("k").wait(ms(10)).acquire().await.expect_err("held");
    says(&error, &["worker 7", "never ends"]);
}

#[tokio::test(start_paused = true)]
async fn of_a_lease() {
    let (_, store, locks) = faulty();
    let lease = locks.lock("order:1").ttl("30s").acquire().await.expect("free");
    store.once(Op::Extend, [UNAVAILABLE]);
    let error = lease.extend(None).await.expect_err("down");
    assert!(matches!(error, ExtendError::Store { .. }));
    says(&error, &["order:1", "deadline", "cannot be reached"]);
    tokio::time::sleep(Duration::from_secs(30)).await;
    let error = lease.extend(None).await.expect_err("lapsed");
    assert!(matches!(error, ExtendError::Lost { .. }));
    says(&error, &["order:1", "lost", "acquire it again"]);
    let error = lease.release().await.expect_err("lapsed");
    assert!(matches!(error, ReleaseError::Lost { .. }));
    says(&error, &["order:1", "lost"]);

    let never = locks.lock("order:2").ttl(Ttl::Never).acquire().await.expect("free");
    let error = never.extend(None).await.expect_err("it never ends");
    assert!(matches!(error, ExtendError::NeverExpires { .. }));
    says(&error, &["order:2", "never expires"]);

    store.once(Op::Release, [Fault::Before(Step::Fail(StoreErrorKind::Rejected))]);
    let error = never.release().await.expect_err("refused");
    assert!(matches!(error, ReleaseError::Store { .. }));
    says(&error, &["order:2", "refused"]);

    let _held = locks.lock("order:3").acquire().await.expect("free");
    store.all(HANGS);
    let error: ShutdownError = locks.shutdown(ms(200)).await.expect_err("hangs");
    says(&error, &["1 ", "200ms", "ttl"]);
}

#[test]
fn of_a_builder() {
    let error = Locks::builder().build().expect_err("no store");
    assert!(matches!(error, BuildError::NoStore));
    says(&error, &["no store", ".store(..)", "MemoryStore::new()"]);
    let with = || Locks::builder().store(MemoryStore::new());
    says(&with().ttl("0s").build().expect_err("zero"), &["`ttl`", "zero"]);
    says(&with().wait(Duration::ZERO).build().expect_err("zero"), &["`wait`", "zero"]);
    says(&with().op_timeout(Duration::ZERO).build().expect_err("zero"), &["`op_timeout`", "zero"]);
    says(&with().namespace("").build().expect_err("empty"), &["namespace", "empty"]);
    with().wait(Wait::Forever).ttl(Ttl::Never).namespace("billing").label("me").build().expect("valid");
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_too_long_with_its_namespace_is_refused() {
    let locks = Locks::builder().store(MemoryStore::new()).namespace("n".repeat(100)).build().expect("valid");
    let error = locks.lock("k".repeat(500)).acquire().await.expect_err("too long");
    assert!(matches!(error, AcquireError::InvalidKey(_)), "{error:?}");
    says(&error, &["512"]);
}

#[test]
fn debug_output_names_the_lock_and_hides_the_owner() {
    let locks = Locks::memory();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let lease = runtime.block_on(locks.lock("order:1").acquire()).expect("free");
    let shown = format!("{locks:?} {:?} {lease:?}", locks.lock("order:2"));
    assert!(shown.contains("order:1") && shown.contains("order:2") && shown.contains("memory"), "{shown}");
    assert!(!shown.contains(&lease.owner().to_string()), "{shown}");
}
