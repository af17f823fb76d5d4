//! Stores and storages whose calls take several polls.

use std::time::Duration;

use lockproof::{
    Claim, Claimed, Delete, Insert, InsertWith, Inserted, InsertedWith, Lockable, Query, Storage, StoreError,
    Stored, Update, Written,
};

use crate::faulty::{Fault, FaultyStore, Op, Step};

const CALLS: [Op; 8] =
    [Op::Acquire, Op::Ask, Op::Extend, Op::Force, Op::Inspect, Op::List, Op::Release, Op::Rotate];

/// How a call is slow, before it does what it was asked and after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// At once, as far as we know.
    AsItIs,
    /// It is ready again at once, and has to be polled as often.
    Yields(u32),
    /// It takes some time.
    Sleeps(Duration),
}

impl Pace {
    fn step(self) -> Option<Step> {
        match self {
            Self::AsItIs => None,
            Self::Yields(polls) => Some(Step::Yields(polls)),
            Self::Sleeps(time) => Some(Step::Sleep(time)),
        }
    }

    /// Makes every call of a store as slow as this.
    pub(crate) fn of_store(self, store: &FaultyStore) {
        if let Some(step) = self.step() {
            for op in CALLS {
                store.always(op, [Fault::Before(step), Fault::After(step)]);
            }
        }
    }

    /// As slow as this, and then in trouble: the next call of each kind that takes a lock or gives it back.
    pub(crate) fn with(self, store: &FaultyStore, trouble: Fault) {
        let slow = self.step().into_iter().flat_map(|step| [Fault::Before(step), Fault::After(step)]);
        let faults: Vec<Fault> = slow.chain([trouble]).collect();
        for op in [Op::Acquire, Op::Rotate, Op::Release] {
            store.once(op, faults.clone());
        }
    }

    async fn pass(self) {
        if let Some(step) = self.step() {
            step.take().await.expect("it is slow and does not fail");
        }
    }
}

/// A storage whose calls are as slow as this.
#[derive(Clone)]
pub(crate) struct SlowStorage<S>(pub(crate) S, pub(crate) Pace);

impl<S> SlowStorage<S> {
    async fn slowly<V>(&self, call: impl Future<Output = V>) -> V {
        self.1.pass().await;
        let answer = call.await;
        self.1.pass().await;
        answer
    }
}

impl<T: Lockable, S: Storage<T>> Storage<T> for SlowStorage<S> {
    async fn find(&self, id: &T::Id) -> Result<Option<Stored<T>>, StoreError> {
        self.slowly(self.0.find(id)).await
    }

    async fn find_all(&self, query: &Query<T>) -> Result<Vec<Stored<T>>, StoreError> {
        self.slowly(self.0.find_all(query)).await
    }

    async fn claim(&self, claim: Claim<'_, T>) -> Result<Claimed<T>, StoreError> {
        self.slowly(self.0.claim(claim)).await
    }

    async fn insert(&self, insert: Insert<'_, T>) -> Result<Inserted, StoreError> {
        self.slowly(self.0.insert(insert)).await
    }

    async fn insert_with(&self, insert: InsertWith<'_, T>) -> Result<InsertedWith<T>, StoreError> {
        self.slowly(self.0.insert_with(insert)).await
    }

    async fn update(&self, update: Update<'_, T>) -> Result<Written, StoreError> {
        self.slowly(self.0.update(update)).await
    }

    async fn delete(&self, delete: Delete<'_, T>) -> Result<Written, StoreError> {
        self.slowly(self.0.delete(delete)).await
    }
}
