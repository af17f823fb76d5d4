//! What the benches of databases have in common.

use std::{ops::Range, sync::Arc, time::Duration};

use criterion::Criterion;
use lockproof::{
    LockStore, Lockable, Locked, Persistent, Pooled, Repository, SqlDatabase, SqlTable, SqlValue, Transient,
    field,
};
use sqlx::{ColumnIndex, Decode, Pool, Row};
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::support::{Locker, ours::service, work::key};

/// The numbers of all keys that are in use.
pub(crate) const KEYS: Range<u64> = 0..64;

/// What takes milliseconds is measured less often: a whole run is over in two minutes.
pub(crate) fn in_short() -> Criterion {
    let second = Duration::from_secs(1);
    Criterion::default().sample_size(30).warm_up_time(second).measurement_time(3 * second)
}

/// What is saved.
#[derive(Clone, Debug, Lockable)]
pub(crate) struct Account {
    #[lock(id)]
    id: String,
    balance: i64,
}

/// The table `accounts`, which is the floor's with the two columns of the lock.
pub(crate) fn accounts<D>(pool: Pool<D>) -> Pooled<Account, D>
where
    D: SqlDatabase,
    String: SqlValue<D> + for<'r> Decode<'r, D>,
    i64: SqlValue<D> + for<'r> Decode<'r, D>,
    for<'n> &'n str: ColumnIndex<D::Row>,
{
    let table = SqlTable::<Account, D>::builder("accounts").id(field!(Account.id), |id| id);
    let read = |row: &D::Row| Ok(Account { id: row.try_get("id")?, balance: row.try_get("balance")? });
    table.column(field!(Account.balance)).build_with(read).expect("names").pooled(pool)
}

/// Entities that are locked, loaded, changed and saved; the guards are released, or dropped.
#[derive(Clone)]
pub(crate) struct Saved {
    accounts: Arc<dyn Repository<Account>>,
    releases: bool,
}

impl Saved {
    /// Makes the entities that are to be locked.
    pub(crate) async fn over<D: SqlDatabase>(store: impl LockStore, accounts: Pooled<Account, D>) -> Self {
        let accounts = service(store).repository(accounts);
        for id in KEYS.map(key) {
            accounts.insert(Transient::new(Account { id, balance: 0 })).await.expect("a new one");
        }
        Self { accounts: Arc::new(accounts), releases: true }
    }

    pub(crate) fn dropped(&self) -> Self {
        Self { releases: false, ..self.clone() }
    }
}

impl Locker for Saved {
    type Guard = Locked<Persistent<Account>>;

    async fn acquire(&self, key: &str) -> Self::Guard {
        let mut account = self.accounts.lock(&key.to_owned()).await.expect("in time");
        account.balance += 1;
        self.accounts.save(&mut account).await.expect("held");
        account
    }

    async fn release(&self, account: Self::Guard) {
        if self.releases {
            Locked::release(account).await.expect("held");
        }
    }
}

/// A floor whose tasks stand in line in memory.
#[derive(Clone)]
pub(crate) struct InLine<L> {
    inner: L,
    line: Arc<Mutex<()>>,
}

impl<L> InLine<L> {
    pub(crate) fn new(inner: L) -> Self {
        Self { inner, line: Arc::default() }
    }
}

impl<L: Locker> Locker for InLine<L> {
    type Guard = (L::Guard, OwnedMutexGuard<()>);

    async fn acquire(&self, key: &str) -> Self::Guard {
        let turn = Arc::clone(&self.line).lock_owned().await;
        (self.inner.acquire(key).await, turn)
    }

    async fn release(&self, (guard, _turn): Self::Guard) {
        self.inner.release(guard).await;
    }
}
