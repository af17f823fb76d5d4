//! A table that tests can reach into: a storage as a user would write it.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};

use lockproof::{
    Claim, Claimed, Delete, Insert, Inserted, Query, Storage, StoreError, StoreErrorKind, Stored, Update,
    Written,
};
use tokio::task::yield_now;

use crate::account::Account;

#[derive(Clone, Default)]
pub(crate) struct Table(Arc<Inner>);

#[derive(Default)]
struct Inner {
    rows: Mutex<BTreeMap<u64, Row>>,
    /// How long a read under the lock takes.
    claim_time: Mutex<Duration>,
    claim_fails: AtomicBool,
}

#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) account: Account,
    pub(crate) fence: i64,
    pub(crate) version: i64,
}

impl Row {
    fn stored(&self) -> Stored<Account> {
        Stored { entity: self.account.clone(), version: self.version }
    }
}

impl Table {
    /// What somebody may see and do who knows nothing of locks.
    pub(crate) fn rows(&self) -> MutexGuard<'_, BTreeMap<u64, Row>> {
        self.0.rows.lock().expect("no panic")
    }

    /// Each read under the lock takes this long from now on.
    pub(crate) fn slow_claims(&self, time: Duration) {
        *self.0.claim_time.lock().expect("no panic") = time;
    }

    /// The next read under the lock is provably not done.
    pub(crate) fn fail_next_claim(&self) {
        self.0.claim_fails.store(true, SeqCst);
    }
}

fn refused() -> StoreError {
    StoreError::new(StoreErrorKind::Unavailable, "connection refused")
}

impl Storage<Account> for Table {
    async fn find(&self, id: &u64) -> Result<Option<Stored<Account>>, StoreError> {
        Ok(self.rows().get(id).map(Row::stored))
    }

    async fn find_all(&self, query: &Query<Account>) -> Result<Vec<Stored<Account>>, StoreError> {
        yield_now().await;
        Ok(query.select(self.rows().values().map(Row::stored)))
    }

    async fn claim(&self, claim: Claim<'_, Account>) -> Result<Claimed<Account>, StoreError> {
        yield_now().await;
        let time = *self.0.claim_time.lock().expect("no panic");
        if !time.is_zero() {
            tokio::time::sleep(time).await;
        }
        if self.0.claim_fails.swap(false, SeqCst) {
            return Err(refused());
        }
        let claimed = match self.rows().get_mut(claim.id()) {
            Some(row) if row.fence < claim.below() => {
                row.fence = claim.fence();
                Ok(Claimed::Loaded(row.stored()))
            }
            row => claim.refused(row.map(|row| row.fence)),
        };
        yield_now().await;
        claimed
    }

    async fn insert(&self, insert: Insert<'_, Account>) -> Result<Inserted, StoreError> {
        let mut rows = self.rows();
        if rows.contains_key(insert.id()) {
            return Ok(Inserted::Exists);
        }
        let version = insert.version();
        rows.insert(*insert.id(), Row { account: insert.entity().clone(), fence: 0, version });
        Ok(Inserted::Done { version })
    }

    async fn update(&self, update: Update<'_, Account>) -> Result<Written, StoreError> {
        match self.rows().get_mut(update.id()) {
            Some(row) if row.fence == update.fence() && update.versions().contains(&row.version) => {
                (row.account, row.version) = (update.entity().clone(), update.version());
                Ok(Written::Done)
            }
            row => update.refused(row.map(|row| (row.fence, row.version))),
        }
    }

    async fn delete(&self, delete: Delete<'_, Account>) -> Result<Written, StoreError> {
        let mut rows = self.rows();
        match rows.get(delete.id()) {
            Some(row) if row.fence == delete.fence() && delete.versions().contains(&row.version) => {
                rows.remove(delete.id());
                Ok(Written::Done)
            }
            row => delete.refused(row.map(|row| (row.fence, row.version))),
        }
    }
}
