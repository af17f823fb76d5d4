//! What users rely on without writing it down: which types can be sent, shared, cloned and printed.
#![cfg(feature = "macros")]

use std::{error::Error as StdError, fmt::Debug, sync::Arc};

use lockproof::{
    AcquireError, AdminError, BuildError, Claim, Condition, Consuming, Deadline, Delete, Error, ExtendError,
    Extending, FencingToken, Field, Filter, FindError, ForceError, Holder, Insert, InsertError, InsertWith,
    InvalidDuration, InvalidKey, InvalidOption, InvalidOwner, KeepingGuard, KindTaken, Label, Lease, Lock,
    LockError, LockFuture, LockKey, LockOptions, LockProof, LockState, LockStore, Lockable, Locked, Locking,
    LockingAll, LockingArray, Locks, LocksBuilder, Made, MemoryStorage, MemoryStore, Namespace, OnStoreError,
    OptionalLocking, Order, Owner, Persistent, Query, ReadProof, Rejected, ReleaseError, Repo, Repository,
    RepositoryExt, RepositoryFuture, Retry, RunError, SaveError, Scoped, ShutdownError, Storage, StoreError,
    StoreFuture, StoreId, Stored, TokenExhausted, Transient, Ttl, Update, Wait, Wakeup, WakeupStream,
};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
}

/// An entity that can be cloned and printed itself.
#[derive(Lockable, Clone, Debug)]
struct Named {
    #[lock(id)]
    id: u64,
}

type Guard = Locked<Persistent<Account>>;
type Accounts = Repo<Account, MemoryStorage<Account>>;

fn is_send<T: Send + ?Sized>() {}
fn is_sync<T: Sync + ?Sized>() {}
fn is_unpin<T: Unpin + ?Sized>() {}
fn is_static<T: 'static + ?Sized>() {}
fn is_clone<T: Clone>() {}
fn is_debug<T: Debug + ?Sized>() {}
fn is_error<T: StdError + Send + Sync + 'static>() {}

fn future_is_send<F: Future + Send>(_: F) {}

macro_rules! each {
    ($($check:ident)+: $($type:ty),+ $(,)?) => { each!(@ [$($check)+] $($type),+) };
    (@ $checks:tt $($type:ty),+) => { $(each!(# $checks $type);)+ };
    (# [$($check:ident)+] $type:ty) => { $($check::<$type>();)+ };
}

#[test]
fn services_and_values_go_anywhere_and_are_cloned() {
    each!(is_send is_sync is_unpin is_static is_clone:
        Locks, Lock, LockOptions, Wait, Retry, OnStoreError, MemoryStore, MemoryStorage<Account>, Accounts,
        LockKey, Owner, Label, Namespace, Ttl, FencingToken, Deadline, Holder, LockState, StoreId, Wakeup,
        Filter<Account>, Condition<Account>, Query<Account>, Order<Account>, Field<Account, u64>,
    );
    each!(is_debug:
        Locks, LocksBuilder, Lock, LockOptions, Wait, Retry, OnStoreError, MemoryStore, MemoryStorage<Account>, Accounts,
        LockKey, Owner, Label, Namespace, Ttl, FencingToken, Deadline, Holder, LockState, StoreId, Wakeup,
        Filter<Account>, Condition<Account>, Query<Account>, Order<Account>, Field<Account, u64>,
    );
    each!(is_send is_sync: LocksBuilder, dyn LockStore, dyn Repository<Account>, dyn LockProof<Account>);
    each!(is_send is_sync: dyn ReadProof<Account>);
}

#[cfg(feature = "mysql")]
#[test]
fn stores_in_mysql_go_anywhere_and_are_cloned() {
    each!(is_send is_sync is_unpin is_static is_clone is_debug:
        lockproof::MySqlStore, lockproof::MySqlDocuments<Account>,
    );
}

#[cfg(feature = "sqlite")]
#[test]
fn stores_in_sqlite_go_anywhere_and_are_cloned() {
    use lockproof::{SqliteDocuments, SqliteStore};

    each!(is_send is_sync is_unpin is_static is_clone is_debug: SqliteStore, SqliteDocuments<Account>);
}

#[cfg(feature = "postgres")]
#[test]
fn stores_in_postgresql_go_anywhere_and_are_cloned() {
    use lockproof::PostgresStore;

    each!(is_send is_sync is_unpin is_static is_clone is_debug:
        PostgresStore, lockproof::PostgresDocuments<Account>,
    );
}

#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
#[test]
fn what_sql_stores_are_opened_with_goes_anywhere() {
    use lockproof::{InvalidTableName, SchemaMismatch, SqlOptions, TableName};

    each!(is_send is_sync is_unpin is_static is_clone is_debug: SqlOptions, TableName);
    each!(is_error: InvalidTableName, SchemaMismatch);
}

#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
#[test]
fn tables_of_ones_own_go_anywhere() {
    use lockproof::{InvalidTable, Pooled, SqlDatabase, SqlTable, SqlTableBuilder};

    fn in_database<D: SqlDatabase>() {
        each!(is_send is_sync is_unpin is_static is_clone is_debug: SqlTable<Account, D>);
        each!(is_send is_sync is_static is_clone is_debug: Pooled<Account, D>);
        each!(is_send is_sync is_static: SqlTableBuilder<Account, D>);
    }

    #[cfg(feature = "mysql")]
    in_database::<sqlx::MySql>();
    #[cfg(feature = "postgres")]
    in_database::<sqlx::Postgres>();
    #[cfg(feature = "sqlite")]
    in_database::<sqlx::Sqlite>();
    each!(is_error: InvalidTable);
}

#[test]
fn what_the_kit_has_goes_anywhere() {
    use lockproof::testing::{
        Case, FaultyStorage, FaultyStore, Need, StorageCase, StorageFault,
        faulty::{Fault, Op, Step},
        model,
    };

    each!(is_send is_sync is_unpin is_static is_clone is_debug:
        Case, FaultyStore, Need, Fault, Op, Step, StorageCase, StorageFault, model::Pace, model::Step,
    );
    each!(is_send is_sync is_unpin is_static is_debug: FaultyStorage<MemoryStorage<Account>>);
    each!(is_error: model::Divergence);
}

#[test]
fn guards_and_entities_go_anywhere() {
    each!(is_send is_sync is_unpin is_static:
        Lease, Guard, Persistent<Account>, Transient<Account>, Stored<Account>,
    );
    each!(is_debug: Lease, Locked<Persistent<Named>>, Persistent<Named>, Transient<Named>, Stored<Named>);
    each!(is_clone: Persistent<Named>, Transient<Named>, Stored<Named>);
}

#[test]
fn tickets_go_anywhere() {
    each!(is_send is_sync is_debug:
        Claim<'_, Account>, Insert<'_, Account>, Update<'_, Account>, Delete<'_, Account>, Scoped<'_, Account>,
        InsertWith<'_, Account>, Made<'_, Account>,
    );
}

#[test]
fn errors_fit_into_anybodys_box() {
    each!(is_error:
        Error, AcquireError, AdminError, BuildError, ExtendError, FindError, ForceError, InsertError, InvalidDuration, InvalidKey,
        InvalidOption, InvalidOwner, KindTaken, LockError, ReleaseError, SaveError, ShutdownError, StoreError, TokenExhausted,
        RunError<Guard>, Rejected<Guard>, Rejected<Transient<Account>>,
    );
}

#[test]
fn named_futures_can_be_spawned() {
    each!(is_send is_unpin:
        Locking<'_, Account>, OptionalLocking<'_, Account>, Consuming<'_, Guard, ()>,
        LockingAll<'_, Account>, LockingArray<'_, Account, 2>, Extending<'_>, KeepingGuard<'_, Guard, ()>,
        RepositoryFuture<'_, ()>, LockFuture<'_, (), AdminError>, StoreFuture<()>, WakeupStream,
    );
    each!(is_debug: Locking<'_, Account>, OptionalLocking<'_, Account>, Consuming<'_, Guard, ()>);
    each!(is_debug: LockingAll<'_, Account>, LockingArray<'_, Account, 2>, KeepingGuard<'_, Guard, ()>);
    each!(is_debug: Extending<'_>);
}

/// Never run: that it compiles is the test.
#[allow(dead_code, reason = "it is compiled, not called")]
fn futures_of_async_fns_can_be_spawned(
    locks: &Locks,
    lock: &Lock,
    lease: Lease,
    guard: Guard,
    accounts: &Arc<dyn Repository<Account>>,
    storage: &MemoryStorage<Named>,
) {
    future_is_send(locks.drain());
    future_is_send(locks.shutdown("1s"));
    future_is_send(lock.acquire());
    future_is_send(lock.try_acquire());
    future_is_send(lock.run(async |lease| lease.lost().await));
    future_is_send(lock.try_run(async |lease| lease.lost().await));
    future_is_send(lock.run_retrying(2, async |lease| lease.extend(None).await));
    future_is_send(lock.acquire_within("1s"));
    future_is_send(lock.adopt());
    future_is_send(lock.state());
    future_is_send(lock.is_locked());
    future_is_send(lock.inspect());
    future_is_send(lock.force_release());
    future_is_send(lock.ask_release("why"));
    future_is_send(locks.list("prefix", None, 1));
    future_is_send(lease.lost());
    future_is_send(lease.extend(None));
    future_is_send(lease.until_asked());
    future_is_send(lease.release());
    future_is_send(Locked::lost(&guard));
    future_is_send(Locked::extend(&guard, None));
    future_is_send(Locked::until_asked(&guard));
    future_is_send(Locked::release(guard));
    future_is_send(Deadline::NEVER.passed());
    future_is_send(accounts.with_lock(&1, async |_, accounts| accounts.find(&2).await));
    future_is_send(storage.find(&1));
}
