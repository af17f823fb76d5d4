//! A holder hears that somebody asks for its lock.

use std::time::Duration;

use lockproof::{AskReply, Locks, Ttl};

use crate::{
    faulty::Op,
    helpers::{faulty, ms, settle, stranger_takes, timed},
};

#[tokio::test(start_paused = true)]
async fn a_guard_of_this_service_hears_of_it_at_once() {
    let (_, store, locks) = faulty();
    let lease = locks.lock("k").ttl("1m").acquire().await.expect("free");
    assert_eq!(lease.asked(), None);
    let mut heard = Box::pin(lease.until_asked());
    assert!(futures::poll!(&mut heard).is_pending());
    assert_eq!(locks.lock("k").ask_release("deploying").await.expect("an answer"), AskReply::Asked);
    let (took, reason) = timed(heard).await;
    assert_eq!((took, reason.as_str()), (Duration::ZERO, "deploying"));
    assert_eq!(lease.asked(), Some("deploying".into()));
    assert_eq!(lease.until_asked().await, "deploying".into(), "also who asks later");
    assert!(!lease.is_lost(), "it is a wish");
    assert_eq!(store.calls(Op::Extend), 0);

    // The last word counts.
    locks.lock("k").ask_release("at once").await.expect("an answer");
    assert_eq!(lease.asked(), Some("at once".into()));
    // The next holder is not meant.
    drop(lease);
    let next = locks.lock("k").acquire().await.expect("free");
    assert_eq!(next.asked(), None);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(next.asked(), None);
}

#[tokio::test(start_paused = true)]
async fn a_guard_elsewhere_hears_of_it_with_its_next_renewal() {
    let (_, store, locks) = faulty();
    let other = Locks::new(store.clone());
    let lease = locks.lock("k").acquire().await.expect("free");
    tokio::time::sleep(ms(1_000)).await;
    other.lock("k").ask_release("deploying").await.expect("an answer");
    settle().await;
    assert_eq!(lease.asked(), None, "nobody has told it");
    let (took, reason) = timed(lease.until_asked()).await;
    assert_eq!(reason, "deploying".into());
    assert!(took <= ms(9_000), "{took:?}");
    assert_eq!(store.calls(Op::Extend), 1);
}

#[tokio::test(start_paused = true)]
async fn a_fixed_lease_elsewhere_hears_of_it_with_its_next_extension() {
    let (_, store, locks) = faulty();
    let other = Locks::new(store.clone());
    let lease = locks.lock("k").ttl("1m").acquire().await.expect("free");
    other.lock("k").ask_release("deploying").await.expect("an answer");
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!(lease.asked(), None);
    lease.extend(None).await.expect("held");
    assert_eq!(lease.asked(), Some("deploying".into()));
}

#[tokio::test(start_paused = true)]
async fn a_stranger_is_asked_and_a_lapsed_guard_is_not() {
    let (memory, _, locks) = faulty();
    let lapsed = locks.lock("k").ttl("100ms").acquire().await.expect("free");
    tokio::time::sleep(ms(200)).await;
    stranger_takes(&memory, "k", Ttl::DEFAULT).await;
    assert_eq!(locks.lock("k").ask_release("deploying").await.expect("an answer"), AskReply::Asked);
    assert_eq!(lapsed.asked(), None);
}
