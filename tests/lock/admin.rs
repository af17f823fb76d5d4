//! What is asked about a lock that one does not hold.

use futures::FutureExt;
use lockproof::{
    Acquire, AdminError, AskReply, Error, ExtendError, FencingToken, ForceReply, LockKey, LockState,
    LockStore, Locks, MemoryStore, Outcome, Owner, ReleaseError, StoreErrorKind, Ttl,
};

use crate::{
    faulty::{HANGS, Op, UNAVAILABLE},
    helpers::{faulty, ms, stranger_takes, timed},
    plain::PlainStore,
};

/// Each case with two services over one store, as two processes have them.
macro_rules! on_each_store {
    ($($case:ident),* $(,)?) => {
        mod memory {
            $(
                #[tokio::test(start_paused = true)]
                async fn $case() {
                    let store = lockproof::MemoryStore::new();
                    super::$case(&super::Locks::new(store.clone()), &super::Locks::new(store)).await;
                }
            )*
        }

        #[cfg(feature = "sqlite")]
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    let directory = tempfile::tempdir().expect("a directory");
                    let path = directory.path().join("locks.db");
                    let open = || async {
                        let store = lockproof::SqliteStore::open(&path).await.expect("opens");
                        let locks = super::Locks::builder().store(store).op_timeout(super::ms(30_000));
                        locks.build().expect("valid")
                    };
                    super::$case(&open().await, &open().await).await;
                }
            )*
        }
    };
}

on_each_store![
    a_forced_release_frees_and_fences,
    a_forced_release_wakes_those_who_wait,
    a_wish_is_seen_by_all_until_the_lock_changes_hands,
    the_state_of_a_lock_is_told,
];

async fn the_state_of_a_lock_is_told(here: &Locks, there: &Locks) {
    let lock = here.lock("k").label("worker 7");
    for locks in [here, there] {
        assert_eq!(locks.lock("k").state().await.expect("an answer"), LockState::Free);
        assert_eq!(locks.lock("k").inspect().await.expect("an answer"), None);
        assert!(!locks.lock("k").is_locked().await.expect("an answer"));
    }
    let lease = lock.ttl("1h").acquire().await.expect("free");
    for (locks, expected) in [(here, true), (there, false)] {
        let state = locks.lock("k").state().await.expect("an answer");
        assert!(state.is_held());
        let LockState::Held { owner, label, token, since, remaining, asked, ours, .. } = state else {
            panic!("{state:?}")
        };
        assert_eq!((&owner, label.as_str(), token), (lease.owner(), "worker 7", lease.fence()));
        assert!(since.elapsed().is_ok_and(|ago| ago < ms(3_600_000)), "{since:?}");
        assert!(remaining.is_some_and(|left| left <= ms(3_600_000) && left > ms(1_800_000)), "{remaining:?}");
        assert_eq!((asked, ours), (None, expected));
        let holder = locks.lock("k").inspect().await.expect("an answer").expect("held");
        assert_eq!((&holder.owner, holder.token), (lease.owner(), lease.fence()));
        assert!(locks.lock("k").is_locked().await.expect("an answer"));
        assert!(!locks.lock("another").is_locked().await.expect("an answer"));
    }
    lease.release().await.expect("held");
    assert_eq!(there.lock("k").state().await.expect("an answer"), LockState::Free);
    let _never = here.lock("k").never_expires().acquire().await.expect("free");
    let state = there.lock("k").state().await.expect("an answer");
    assert!(matches!(state, LockState::Held { remaining: None, .. }), "{state:?}");
}

pub(crate) async fn forced(locks: &Locks) -> Option<FencingToken> {
    match locks.lock("k").force_release().await.expect("an answer") {
        ForceReply::Forced { token } => Some(token),
        ForceReply::NotHeld => None,
        other => panic!("{other:?}"),
    }
}

async fn a_forced_release_frees_and_fences(here: &Locks, there: &Locks) {
    assert_eq!(forced(here).await, None, "free");
    for (by, lock) in [
        (here, here.lock("k").ttl("1h")),
        (there, here.lock("k").ttl("1h")),
        (here, here.lock("k").never_expires()),
        (there, here.lock("k").never_expires()),
    ] {
        let lease = lock.acquire().await.expect("free");
        assert!(!lease.is_lost());
        let token = forced(by).await.expect("held");
        assert!(token > lease.fence());
        if std::ptr::eq(by, here) {
            assert!(lease.is_lost(), "a guard of the service that did it knows at once");
            lease.lost().now_or_never().expect("at once");
            assert_eq!(lease.remaining(), Some(ms(0)));
        }
        assert_eq!(forced(by).await, None, "once is enough");
        let next = there.lock("k").acquire().await.expect("free");
        assert!(next.fence() > token);
        assert!(matches!(lease.release().await, Err(ReleaseError::Lost { .. })));
        assert!(!next.is_lost());
        next.release().await.expect("held");
    }
    let lease = here.lock("k").ttl("1h").acquire().await.expect("free");
    forced(there).await.expect("held");
    assert!(matches!(lease.extend(None).await, Err(ExtendError::Lost { .. })), "one elsewhere learns it now");
    assert!(lease.is_lost());
}

async fn a_forced_release_wakes_those_who_wait(here: &Locks, there: &Locks) {
    for waits in [here, there] {
        let held = here.lock("k").never_expires().acquire().await.expect("free");
        let lock = waits.lock("k").ttl("1h").wait("1h");
        let waiter = tokio::spawn(async move { lock.acquire().await });
        tokio::time::sleep(ms(50)).await;
        assert!(!waiter.is_finished());
        let token = forced(here).await.expect("held");
        let next = waiter.await.expect("no panic").expect("free");
        assert!(next.fence() > token && !next.is_lost());
        drop(held);
        next.release().await.expect("held");
    }
}

async fn a_wish_is_seen_by_all_until_the_lock_changes_hands(here: &Locks, there: &Locks) {
    let ask =
        async |locks: &Locks| locks.lock("k").ask_release("the\ncashier waits").await.expect("an answer");
    let asked = async |locks: &Locks| {
        let holder = locks.lock("k").inspect().await.expect("an answer").expect("held");
        let state = locks.lock("k").state().await.expect("an answer");
        assert!(matches!(state, LockState::Held { asked, .. } if asked == holder.asked));
        holder.asked.map(|reason| reason.to_string())
    };
    assert_eq!(ask(there).await, AskReply::NotHeld);
    for by in [here, there] {
        let lease = here.lock("k").ttl("1h").acquire().await.expect("free");
        assert_eq!(asked(there).await, None);
        assert_eq!(ask(by).await, AskReply::Asked);
        for locks in [here, there] {
            assert_eq!(asked(locks).await.as_deref(), Some("the?cashier waits"), "fit for a log line");
        }
        assert!(!lease.is_lost(), "it is a wish");
        lease.extend(None).await.expect("held");
        assert!(asked(there).await.is_some());
        lease.release().await.expect("held");
        assert_eq!(ask(by).await, AskReply::NotHeld);
    }
}

#[tokio::test(start_paused = true)]
async fn a_lapsed_lock_is_free_to_all_questions() {
    let (memory, _, locks) = faulty();
    stranger_takes(&memory, "k", Ttl::new(ms(50)).expect("legal")).await;
    let lock = locks.lock("k");
    assert!(lock.is_locked().await.expect("an answer"));
    tokio::time::sleep(ms(50)).await;
    assert_eq!(lock.state().await.expect("an answer"), LockState::Free);
    assert!(!lock.is_locked().await.expect("an answer"));
    assert_eq!(lock.force_release().await.expect("an answer"), ForceReply::NotHeld);
    assert_eq!(lock.ask_release("why").await.expect("an answer"), AskReply::NotHeld);
}

#[tokio::test(start_paused = true)]
async fn a_lock_of_ones_own_owner_is_ours_wherever_it_was_taken() {
    let (memory, _, locks) = faulty();
    let owner = Owner::from_text("user-7").expect("legal");
    let request = Acquire::new(LockKey::new("seat").expect("legal"), owner, "".into(), Ttl::DEFAULT);
    memory.acquire(request).await.expect("an answer");
    for (lock, expected) in [
        (locks.lock("seat").owner("user-7"), true),
        (locks.lock("seat").owner("user-8"), false),
        (locks.lock("seat"), false),
    ] {
        let state = lock.state().await.expect("an answer");
        assert!(matches!(state, LockState::Held { ours, .. } if ours == expected), "{lock:?}: {state:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn all_leases_of_a_seat_are_asked_and_evicted_at_once() {
    let locks = Locks::memory();
    let seat = locks.lock("seat").owner("user-7").ttl("10m");
    let ours = async || match locks.lock("seat").state().await.expect("an answer") {
        LockState::Held { ours, .. } => ours,
        state => panic!("{state:?}"),
    };
    let first = seat.acquire().await.expect("free");
    let second = seat.adopt().await.expect("an answer").expect("it is the user's");
    assert!(ours().await);
    locks.lock("seat").ask_release("why").await.expect("an answer");
    assert_eq!((first.asked(), second.asked()), (Some("why".into()), Some("why".into())));
    drop(first);
    assert!(ours().await, "one lease of it is left");
    drop(second);
    assert!(!ours().await, "the seat stands, and nobody here has a lease of it");

    let third = seat.adopt().await.expect("an answer").expect("it is the user's");
    let fourth = seat.acquire().await.expect("it is the user's");
    locks.lock("seat").force_release().await.expect("an answer");
    assert!(third.is_lost() && fourth.is_lost());
    let fifth = seat.acquire().await.expect("free");
    assert!(!fifth.is_lost() && third.is_lost());
    locks.shutdown(ms(20)).await.expect("nothing is to be released");
    assert!(fifth.is_lost(), "a service that is shut down has no leases");
}

#[tokio::test(start_paused = true)]
async fn all_questions_stay_in_their_namespace() {
    let store = MemoryStore::new();
    let of = |name: &str| Locks::builder().store(store.clone()).namespace(name).build().expect("valid");
    let (one, two, again) = (of("one"), of("two"), of("one"));
    let lease = one.lock("k").acquire().await.expect("free");
    assert_eq!(two.lock("k").state().await.expect("an answer"), LockState::Free);
    assert_eq!(forced(&two).await, None);
    assert_eq!(two.lock("k").ask_release("why").await.expect("an answer"), AskReply::NotHeld);
    assert_eq!(
        Locks::new(store.clone()).lock("one/k").force_release().await.expect("an answer"),
        ForceReply::NotHeld
    );
    assert!(matches!(again.lock("k").state().await, Ok(LockState::Held { ours: false, .. })));
    assert!(matches!(one.lock("k").state().await, Ok(LockState::Held { ours: true, .. })));
    assert!(!lease.is_lost());
}

#[tokio::test(start_paused = true)]
async fn questions_end_in_time_and_say_what_went_wrong() {
    let (_, store, locks) = faulty();
    let lock = locks.lock("order:1");
    for op in [Op::Inspect, Op::Force, Op::Ask] {
        let ask = async || match op {
            Op::Inspect => lock.state().await.map(drop),
            Op::Force => lock.force_release().await.map(drop),
            _ => lock.ask_release("why").await.map(drop),
        };
        store.once(op, [HANGS]);
        let (took, ended) = timed(ask()).await;
        let error = ended.expect_err("no answer");
        assert_eq!(took, ms(1_000), "{op:?}");
        assert!(matches!(&error, AdminError::Store { key: Some(key), .. } if key.as_str() == "order:1"));
        assert!(error.is_retryable() && error.to_string().contains("order:1"), "{error}");
        let error = Error::from(error);
        assert!(error.is_retryable());
        assert_eq!(error.outcome(), Outcome::Unknown);

        store.once(op, [UNAVAILABLE]);
        let error = Error::from(ask().await.expect_err("down"));
        assert_eq!((error.is_retryable(), error.outcome()), (true, Outcome::NotDone));
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_without_wishes_says_so() {
    let store = PlainStore::default();
    let locks = Locks::new(store.clone());
    let _held = locks.lock("k").acquire().await.expect("free");
    let error = locks.lock("k").ask_release("why").await.expect_err("it cannot");
    let AdminError::Store { source, .. } = &error else { panic!("{error:?}") };
    assert_eq!(source.kind(), StoreErrorKind::Unsupported);
    assert!(!error.is_retryable() && !store.capabilities().asking);
    let told = source.to_string();
    assert!(told.contains("plain") && told.contains("\"k\"") && told.contains("force"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn after_the_end_of_a_service_nothing_is_asked() {
    let (_, store, locks) = faulty();
    locks.shutdown(ms(20)).await.expect("nothing is held");
    let lock = locks.lock("k");
    assert!(matches!(lock.state().await, Err(AdminError::Closed)));
    assert!(matches!(lock.is_locked().await, Err(AdminError::Closed)));
    assert!(matches!(lock.inspect().await, Err(AdminError::Closed)));
    assert!(matches!(lock.force_release().await, Err(AdminError::Closed)));
    let error = lock.ask_release("why").await.expect_err("closed");
    assert!(matches!(error, AdminError::Closed) && error.to_string().contains("shut down"), "{error}");
    assert_eq!(store.all_calls(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_none_is_an_error() {
    let locks = Locks::builder().store(MemoryStore::new()).namespace("n".repeat(100)).build().expect("valid");
    for name in ["", "a::b", &"k".repeat(500)] {
        let lock = locks.lock(name);
        assert!(matches!(lock.state().await, Err(AdminError::InvalidKey(_))), "{name:?}");
        assert!(matches!(lock.force_release().await, Err(AdminError::InvalidKey(_))), "{name:?}");
        assert!(matches!(lock.ask_release("why").await, Err(AdminError::InvalidKey(_))), "{name:?}");
    }
}

#[test]
fn outside_a_runtime_it_is_an_error_and_no_panic() {
    let locks = Locks::memory();
    let lock = locks.lock("k");
    futures::executor::block_on(async {
        assert!(matches!(lock.is_locked().await, Err(AdminError::NoRuntime)));
        assert!(matches!(lock.force_release().await, Err(AdminError::NoRuntime)));
        assert!(matches!(locks.list("", None, 9).await, Err(AdminError::NoRuntime)));
        let error = lock.ask_release("why").await.expect_err("no runtime");
        assert!(matches!(error, AdminError::NoRuntime) && error.to_string().contains("runtime"), "{error}");
    });
}
