use std::{future::poll_fn, task::Poll, time::Duration};

use futures::{FutureExt, future::BoxFuture};
use lockproof::{
    Acquire, AcquireError, AcquireReply, Inspect, Label, Lease, LockKey, LockStore, Locks, MemoryStore,
    Owner, Ttl, Wait,
};
use tokio::time::Instant;

use crate::faulty::FaultyStore;

pub(crate) fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A memory store, the same with faults, and a service over that.
pub(crate) fn faulty() -> (MemoryStore, FaultyStore, Locks) {
    let memory = MemoryStore::new();
    let store = FaultyStore::over(memory.clone());
    let locks = Locks::new(store.clone());
    (memory, store, locks)
}

/// How long it took, by tokio's clock, and what came of it.
pub(crate) async fn timed<T>(future: impl Future<Output = T>) -> (Duration, T) {
    let start = Instant::now();
    let output = future.await;
    (start.elapsed(), output)
}

/// Polls a future at most this often, whenever it wants to be polled, and then drops it.
pub(crate) async fn polled<F: Future>(future: F, times: usize) -> Option<F::Output> {
    let mut future = Box::pin(future);
    let mut left = times;
    poll_fn(move |context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// The lock `k`, and somebody of the same service who waits for it and is not polled any further.
pub(crate) async fn held_and_wanted(
    locks: &Locks,
) -> (Lease, BoxFuture<'static, Result<Lease, AcquireError>>) {
    let held = locks.lock("k").acquire().await.expect("free");
    let lock = locks.lock("k");
    let mut waiter = async move { lock.acquire().await }.boxed();
    assert!(futures::poll!(&mut waiter).is_pending());
    (held, waiter)
}

/// Lets all other tasks run until they wait for something.
pub(crate) async fn settle() {
    for _ in 0..32 {
        tokio::task::yield_now().await;
    }
}

/// Somebody of another service, who holds a lock without a guard.
pub(crate) async fn stranger_takes(store: &impl LockStore, key: &str, ttl: Ttl) -> Owner {
    let owner = Owner::unique();
    let key: LockKey = LockKey::new(key).expect("a valid key");
    let request = Acquire::new(key, owner.clone(), Label::new("a stranger"), ttl);
    let reply = store.acquire(request).await.expect("the store answers");
    assert!(matches!(reply, AcquireReply::Granted { .. }), "{reply:?}");
    owner
}

/// Who holds a lock, as the store has it.
pub(crate) async fn owner_of(store: &impl LockStore, key: &str) -> Option<Owner> {
    let key: LockKey = LockKey::new(key).expect("a valid key");
    store.inspect(Inspect::new(key)).await.expect("the store answers").map(|holder| holder.owner)
}

/// The lock is taken within this time, by the same service, and is released again.
#[track_caller]
pub(crate) fn comes_free(
    locks: &Locks,
    key: &str,
    within: Duration,
    what: &str,
) -> impl Future<Output = ()> + use<> {
    let lock = locks.lock(key).wait(Wait::within(within));
    let what = what.to_owned();
    async move {
        let lease = lock.acquire().await.unwrap_or_else(|error| panic!("{what}: {error:?}"));
        lease.release().await.unwrap_or_else(|error| panic!("{what}: {error:?}"));
    }
}
