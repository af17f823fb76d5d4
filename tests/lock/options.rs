//! Options that cannot be are refused with an error that names them; nothing is asked of the store for them.

use std::time::Duration;

use lockproof::{
    AcquireError, BuildError, InvalidDuration, InvalidOption, InvalidOwner, Lock, LockOptions, Locks,
    LocksBuilder, MemoryStore, Retry, RunError, Ttl, Wait,
};

use crate::{
    faulty::Op,
    helpers::{faulty, ms, stranger_takes},
};

type Bad = (&'static str, fn(LockOptions) -> LockOptions, fn(&InvalidOption) -> bool);

fn unreadable(what: &InvalidOption) -> bool {
    matches!(what, InvalidOption::Duration(InvalidDuration::Unreadable { text, .. }) if text == "soon")
}

fn zero(what: &InvalidOption) -> bool {
    *what == InvalidOption::Duration(InvalidDuration::Zero)
}

fn too_long(what: &InvalidOption) -> bool {
    matches!(what, InvalidOption::Duration(InvalidDuration::TooLong { duration }) if *duration == Duration::MAX)
}

const BAD: &[Bad] = &[
    ("ttl", |o| o.ttl("soon"), unreadable),
    ("ttl", |o| o.ttl(Duration::ZERO), zero),
    ("ttl", |o| o.ttl("0s"), zero),
    ("ttl", |o| o.ttl(Duration::MAX), too_long),
    ("wait", |o| o.wait("soon"), unreadable),
    ("wait", |o| o.wait("0s"), zero),
    ("wait", |o| o.wait(Wait::within(Duration::ZERO)), zero),
    ("wait", |o| o.wait(Duration::MAX), too_long),
    ("delay", |o| o.delay("soon"), unreadable),
    ("delay", |o| o.delay(Duration::ZERO), zero),
    ("delay", |o| o.delay(Duration::MAX), too_long),
    ("delay", |o| o.delay(Ttl::Never), |what| *what == InvalidOption::Never),
    ("max_hold", |o| o.max_hold("soon"), unreadable),
    ("max_hold", |o| o.max_hold(Duration::ZERO), zero),
    ("max_hold", |o| o.max_hold(Duration::MAX), too_long),
    ("max_hold", |o| o.max_hold(Ttl::Never), |what| *what == InvalidOption::Never),
    (
        "max_hold",
        |o| o.ttl("1m").keep_alive().max_hold("30s"),
        |what| matches!(what, InvalidOption::HoldTooShort { .. }),
    ),
    ("attempts", |o| o.attempts(0), |what| *what == InvalidOption::NoAttempts),
    ("keep_alive", |o| o.never_expires().keep_alive(), |what| *what == InvalidOption::NeverKeptAlive),
    ("keep_alive", |o| o.owner("user-7").keep_alive(), |what| *what == InvalidOption::SeatKeptAlive),
    ("owner", |o| o.owner(""), |what| *what == InvalidOption::Owner(InvalidOwner::Empty)),
    (
        "owner",
        |o| o.owner("a\0b"),
        |what| matches!(what, InvalidOption::Owner(InvalidOwner::Nul { owner }) if owner == "a\0b"),
    ),
    ("retry", |o| o.retry(Retry::times(1).backoff("soon".."5s")), unreadable),
    ("retry", |o| o.retry(Retry::times(1).backoff(Duration::ZERO..Duration::from_secs(5))), zero),
    (
        "retry",
        |o| o.retry(Retry::times(1).backoff(Ttl::MIN..Ttl::Never)),
        |what| *what == InvalidOption::Never,
    ),
    (
        "owner",
        |o| o.owner("x".repeat(256)),
        |what| *what == InvalidOption::Owner(InvalidOwner::TooLong { len: 256 }),
    ),
    ("owner", |o| o.owner(("user", "")), |what| matches!(what, InvalidOption::Owner(InvalidOwner::Parts(_)))),
];

#[track_caller]
fn refused<T: std::fmt::Debug>(
    ended: Result<T, AcquireError>,
    name: &str,
    is_right: fn(&InvalidOption) -> bool,
) {
    let Err(AcquireError::InvalidOption { key, option, source }) = &ended else {
        panic!("{name}: {ended:?}")
    };
    assert!(key.as_str() == "k" && *option == name && is_right(source), "{name}: {ended:?}");
    let message = ended.expect_err("looked at").to_string();
    assert!(message.contains(&format!("its {name} is not valid")), "{message}");
}

#[tokio::test(start_paused = true)]
async fn each_bad_one_is_named_by_every_call_that_takes_a_lock() {
    let (_, store, locks) = faulty();
    for (name, set, is_right) in BAD {
        let lock = locks.lock("k").with(set(LockOptions::new()));
        refused(lock.acquire().await, name, *is_right);
        refused(lock.try_acquire().await, name, *is_right);
        refused(lock.adopt().await, name, *is_right);
        if *name != "wait" {
            refused(lock.acquire_within("1s").await, name, *is_right);
        }
    }
    refused(locks.lock("k").acquire_within("soon").await, "wait", unreadable);
    refused(locks.lock("k").acquire_within(Duration::ZERO).await, "wait", zero);
    let bad = Retry::times(1).backoff("100ms".."soon");
    let ended = locks.lock("k").run_retrying(bad, async |_| Ok::<_, ()>(())).await;
    assert!(
        matches!(ended, Err(RunError::Acquire(AcquireError::InvalidOption { option: "retry", .. }))),
        "{ended:?}"
    );
    assert_eq!(store.all_calls(), 0);
}

#[test]
fn each_bad_one_is_named_by_the_builder() {
    type Bad = (&'static str, fn(LocksBuilder) -> LocksBuilder, fn(&InvalidOption) -> bool);
    let bad: &[Bad] = &[
        ("ttl", |b| b.ttl("soon"), unreadable),
        ("ttl", |b| b.ttl(Duration::ZERO), zero),
        ("ttl", |b| b.ttl(Duration::MAX), too_long),
        ("wait", |b| b.wait("soon"), unreadable),
        ("wait", |b| b.wait(Duration::ZERO), zero),
        ("wait", |b| b.wait(Duration::MAX), too_long),
        ("delay", |b| b.delay("soon"), unreadable),
        ("delay", |b| b.delay(Duration::ZERO), zero),
        ("delay", |b| b.delay(Duration::MAX), too_long),
        ("delay", |b| b.delay(Ttl::Never), |what| *what == InvalidOption::Never),
        ("max_hold", |b| b.max_hold("soon"), unreadable),
        ("max_hold", |b| b.max_hold(Duration::ZERO), zero),
        ("max_hold", |b| b.max_hold(Duration::MAX), too_long),
        ("max_hold", |b| b.max_hold(Ttl::Never), |what| *what == InvalidOption::Never),
        ("max_hold", |b| b.ttl("1h"), |what| matches!(what, InvalidOption::HoldTooShort { .. })),
        ("attempts", |b| b.attempts(0), |what| *what == InvalidOption::NoAttempts),
        ("op_timeout", |b| b.op_timeout(Duration::ZERO), zero),
        ("op_timeout", |b| b.op_timeout(Duration::MAX), too_long),
        ("op_timeout", |b| b.op_timeout("soon"), unreadable),
        ("op_timeout", |b| b.op_timeout(Ttl::Never), |what| *what == InvalidOption::Never),
    ];
    for (name, set, is_right) in bad {
        match set(Locks::builder().store(MemoryStore::new())).build() {
            Err(BuildError::InvalidSetting { setting, source }) => {
                assert!(setting == *name && is_right(&source), "{name}: {source:?}");
            }
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[track_caller]
fn attempts(ended: Result<lockproof::Lease, AcquireError>) -> (u32, Duration) {
    match ended {
        Err(AcquireError::Timeout { attempts, waited, .. }) => (attempts, waited),
        other => panic!("not a timeout: {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_service_says_holds_for_its_locks_unless_they_say_otherwise() {
    let (memory, store, _) = faulty();
    stranger_takes(&memory, "k", Ttl::Never).await;
    let locks = Locks::builder().store(store.clone()).attempts(3).delay(ms(100)).wait("1m");
    let locks = locks.retry(2).on_store_error(lockproof::OnStoreError::FailFast).build().expect("valid");
    let lock: Lock = locks.lock("k");
    assert_eq!(attempts(lock.acquire().await), (3, ms(200)));
    assert_eq!(attempts(lock.clone().attempts(5).acquire().await), (5, ms(400)));
    assert_eq!(attempts(lock.clone().delay("1s").acquire().await), (3, ms(2_000)));
    assert_eq!(attempts(lock.clone().wait(ms(50)).acquire().await), (1, ms(50)));

    let calls = store.calls(Op::Acquire);
    store.always(Op::Acquire, [crate::faulty::UNAVAILABLE]);
    lock.acquire().await.expect_err("down");
    assert_eq!(store.calls(Op::Acquire), calls + 3, "one, and twice more");
    lock.retry(0).acquire().await.expect_err("down");
    assert_eq!(store.calls(Op::Acquire), calls + 4);
}

#[tokio::test(start_paused = true)]
async fn who_has_no_label_goes_by_host_process_and_program() {
    let memory = MemoryStore::new();
    let (one, other) = (Locks::new(memory.clone()), Locks::new(memory.clone()));
    let _held = one.lock("k").acquire().await.expect("free");
    let expected = lockproof::Label::of_this_process();
    assert_eq!(expected.as_str().split('/').count(), 3);
    for locks in [&one, &other] {
        let ended = locks.lock("k").wait(ms(10)).acquire().await;
        let Err(error @ AcquireError::Timeout { .. }) = ended else { panic!("{ended:?}") };
        assert!(error.to_string().contains(expected.as_str()), "{error}");
    }
    let key = lockproof::LockKey::new("k").expect("valid");
    let inspect = lockproof::Inspect::new(key);
    let holder = lockproof::LockStore::inspect(&memory, inspect).await.expect("an answer").expect("held");
    let list = lockproof::List::new(String::new(), None, 10);
    let listed = lockproof::LockStore::list(&memory, list).await.expect("an answer");
    assert_eq!((holder.label, &listed[0].holder.label), (expected.clone(), &expected));
}
