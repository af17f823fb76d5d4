use std::{
    collections::VecDeque,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use tokio::task::yield_now;

use crate::{
    proof::{Lockable, Stored},
    repository::{
        Claim, Claimed, Delete, Insert, InsertWith, Inserted, InsertedWith, Query, Storage, Update, Written,
    },
    store::{StoreError, StoreErrorKind, StoreId, sharded},
};

/// A storage that fails as it is told, over one that does not: for tests of what an application does then.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// use lockproof::{Lockable, Locks, MemoryStorage, Outcome, Repository, Transient};
/// use lockproof::testing::{FaultyStorage, StorageFault};
///
/// #[derive(Lockable, Clone)]
/// struct Account { #[lock(id)] id: u64, balance: i64 }
///
/// let accounts = Locks::memory().repository(FaultyStorage::over(MemoryStorage::new()));
/// accounts.insert(Transient::new(Account { id: 1, balance: 10 })).await?;
/// let mut account = accounts.lock(&1).await?;
/// account.balance += 1;
/// accounts.storage().next([StorageFault::LoseReply]);
/// let error = accounts.save(&mut account).await.unwrap_err();
/// assert_eq!(error.outcome(), Outcome::Unknown);
/// accounts.save(&mut account).await?; // finds out that it was saved
/// assert_eq!(accounts.find(&1).await?.unwrap().balance, 11);
/// # Ok::<(), lockproof::Error>(()) }).unwrap();
/// ```
///
/// Every call takes some polls, as one over a network does: a test can drop it at each of them.
#[derive(Debug)]
pub struct FaultyStorage<S> {
    inner: S,
    faults: Mutex<VecDeque<StorageFault>>,
    writes: AtomicUsize,
}

/// What happens to an update or a delete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StorageFault {
    /// It is done, and the answer is lost.
    LoseReply,
    /// It is not done, and the caller is not told whether it was.
    LoseRequest,
    /// It is provably not done.
    Refuse,
}

impl<S> FaultyStorage<S> {
    /// A storage without faults so far.
    pub fn over(inner: S) -> Self {
        Self { inner, faults: Mutex::default(), writes: AtomicUsize::new(0) }
    }

    /// What happens to the next updates and deletes, in this order.
    pub fn next(&self, faults: impl IntoIterator<Item = StorageFault>) {
        sharded::lock(&self.faults).extend(faults);
    }

    /// How many updates and deletes were really done.
    pub fn writes(&self) -> usize {
        self.writes.load(SeqCst)
    }

    /// The storage below.
    pub fn inner(&self) -> &S {
        &self.inner
    }

    async fn write(
        &self,
        work: impl Future<Output = Result<Written, StoreError>>,
    ) -> Result<Written, StoreError> {
        let fault = sharded::lock(&self.faults).pop_front();
        let unknown = || Err(StoreError::new(StoreErrorKind::OutcomeUnknown, "the connection broke"));
        yield_now().await;
        match fault {
            Some(StorageFault::LoseRequest) => return unknown(),
            Some(StorageFault::Refuse) => {
                return Err(StoreError::new(StoreErrorKind::Unavailable, "connection refused"));
            }
            Some(StorageFault::LoseReply) | None => {}
        }
        let answer = work.await;
        if let Ok(Written::Done) = answer {
            self.writes.fetch_add(1, SeqCst);
        }
        yield_now().await;
        if fault.is_some() { unknown() } else { answer }
    }
}

/// A call with a moment before it and one after it.
async fn slowly<T>(call: impl Future<Output = T>) -> T {
    yield_now().await;
    let answer = call.await;
    yield_now().await;
    answer
}

impl<T: Lockable, S: Storage<T>> Storage<T> for FaultyStorage<S> {
    async fn find(&self, id: &T::Id) -> Result<Option<Stored<T>>, StoreError> {
        slowly(self.inner.find(id)).await
    }

    async fn find_all(&self, query: &Query<T>) -> Result<Vec<Stored<T>>, StoreError> {
        slowly(self.inner.find_all(query)).await
    }

    async fn claim(&self, claim: Claim<'_, T>) -> Result<Claimed<T>, StoreError> {
        slowly(self.inner.claim(claim)).await
    }

    async fn insert(&self, insert: Insert<'_, T>) -> Result<Inserted, StoreError> {
        slowly(self.inner.insert(insert)).await
    }

    async fn insert_with(&self, insert: InsertWith<'_, T>) -> Result<InsertedWith<T>, StoreError> {
        slowly(self.inner.insert_with(insert)).await
    }

    async fn update(&self, update: Update<'_, T>) -> Result<Written, StoreError> {
        self.write(self.inner.update(update)).await
    }

    async fn delete(&self, delete: Delete<'_, T>) -> Result<Written, StoreError> {
        self.write(self.inner.delete(delete)).await
    }

    fn pinned_to(&self) -> Option<StoreId> {
        self.inner.pinned_to()
    }
}
