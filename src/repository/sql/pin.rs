//! A table without a fence, in the database of the lock's row: a write keeps that row as it is until it is done.
//!
//! Who would take the lock over has to wait until then, and who has lost it finds another token in the row. It is not enough
//! to look at the row: between the look and the commit it may change hands.

use sqlx::{Pool, SqlStr, error::BoxDynError};

use super::{
    column::Identity,
    dialect::{Dialect, Prepared, SqlDatabase},
    failures::Failures,
    pooled::Pooled,
    run,
    table::{Inner, SqlFuture, SqlTable, bind_all},
    text::{Names, Text, Texts, commits},
};
use crate::{
    model::{FencingToken, LockKey},
    proof::Lockable,
    repository::{Claim, Claimed, Written},
    store::{
        LockRows, StoreError, StoreErrorKind, StoreId, TableName,
        sql::{lock_rows::Rows, statements},
    },
};

/// What the row of a lock is called where it stands beside the columns of an entity.
const TOKEN: &str = "lockproof_token";

/// The statements that such a table needs besides, or instead.
#[derive(Clone, Debug)]
pub(super) struct PinnedTexts {
    /// key, ids: the row, and the token of the lock.
    load: SqlStr,
    /// key, ids: the token of the lock, negative if nobody holds it, and the version of the row; each NULL if it is not
    /// there.
    why: SqlStr,
    /// key: what comes before a write, if anything has to.
    before: Option<SqlStr>,
}

impl PinnedTexts {
    pub(super) fn of<D: Dialect>(names: &Names, locks: &TableName) -> Self {
        let (table, version) = (names.table::<D>(), D::quoted(&names.version));
        let of_lock = |what: &str, text: Text<D>| of_key(text.and(&format!("SELECT {what}")), locks);
        let named = |text: Text<D>| text.and(&format!(") AS {TOKEN}"));
        let load = Text::<D>::begin(&format!("SELECT {}, (", names.row::<D>()));
        let load = named(of_lock("token", load)).and(&format!("{} FROM {table} WHERE ", commits::<D>()));
        let why = Text::<D>::begin("SELECT (");
        let why = named(of_lock("CASE WHEN owner IS NULL THEN -token ELSE token END", why));
        let why = why.and(&format!(", (SELECT {version} FROM {table} WHERE "));
        let before = D::PINNING_BEFORE.map(|end| of_lock("token", Text::<D>::begin("")).and(end).done());
        Self {
            load: load.equal(&names.ids, " AND ").done(),
            why: why.equal(&names.ids, " AND ").and(&format!(") AS {version}")).done(),
            before,
        }
    }
}

/// key, fence: the lock is still held under this token, and stays so until the commit.
pub(super) fn still_held<D: Dialect>(text: Text<D>, locks: &TableName) -> Text<D> {
    of_key(text.and("EXISTS (SELECT 1"), locks)
        .and(" AND token = ")
        .value()
        .and(&format!(" AND owner IS NOT NULL{})", D::PINNING))
}

/// key.
fn of_key<D: Dialect>(text: Text<D>, locks: &TableName) -> Text<D> {
    let table = match locks.parts() {
        (Some(schema), table) => format!("{}.{}", D::quoted(schema), D::quoted(table)),
        (None, table) => D::quoted(table),
    };
    text.and(&format!(" FROM {table} WHERE {} = ", D::quoted("key"))).value()
}

impl<T: Lockable, D: SqlDatabase> SqlTable<T, D> {
    /// The table in the database of this pool, without a column for the fence: each write pins the row of the lock instead.
    /// For a table that has a `version` and cannot be given a `fence`, with its locks in the same database.
    ///
    /// ```
    /// # #[cfg(all(feature = "macros", feature = "sqlite"))] {
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// use lockproof::{Lockable, Locks, Repository, SqlTable, SqliteStore, Transient, field};
    /// use sqlx::{Row, Sqlite};
    ///
    /// #[derive(Lockable)]
    /// struct Account { #[lock(id)] id: i64, balance: i64 }
    ///
    /// # let dir = tempfile::tempdir().unwrap();
    /// # let path = dir.path().join("app.db");
    /// # let url = format!("sqlite:{}?mode=rwc", path.display());
    /// let store = SqliteStore::open(&path).await?;
    /// let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
    /// sqlx::query(
    ///     "CREATE TABLE accounts (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL, version INTEGER NOT NULL)",
    /// )
    /// .execute(&pool).await.unwrap();
    ///
    /// let table = SqlTable::<Account, Sqlite>::builder("accounts")
    ///     .id(field!(Account.id), |id| id)
    ///     .column(field!(Account.balance))
    ///     .build_with(|row| Ok(Account { id: row.try_get("id")?, balance: row.try_get("balance")? }))
    ///     .unwrap();
    ///
    /// let accounts = Locks::new(store.clone()).repository(table.pinned(pool, &store).await?);
    /// accounts.insert(Transient::new(Account { id: 1, balance: 5 })).await?;
    /// let mut account = accounts.lock(&1).await?;
    /// account.balance += 10;
    /// accounts.save(&mut account).await?;
    /// # assert_eq!(accounts.find(&1).await?.unwrap().balance, 15);
    /// # Ok::<(), lockproof::Error>(()) }).unwrap(); }
    /// ```
    ///
    /// While a write waits for the row that it writes, nobody takes the lock over; it is not renewed either meanwhile, other
    /// locks are. The role of the pool needs the right to read and update the table of locks. All who lock these rows do
    /// it by this one table of locks and in one namespace: locks of another namespace are other rows, and exclude
    /// nobody.
    ///
    /// # Errors
    /// [`Misconfigured`](StoreErrorKind::Misconfigured) if the table of locks is not in the database of the pool, as far as
    /// the two of them say; a load finds out in any case. [`Unavailable`](StoreErrorKind::Unavailable) if one of them
    /// cannot be reached.
    ///
    /// # Cancel safety
    /// Reads only.
    pub fn pinned<'a, S: LockRows<D>>(self, pool: Pool<D>, store: &'a S) -> SqlFuture<'a, Pooled<T, D>> {
        Box::pin(async move {
            let Rows { store, table: locks, pool: of_locks } = store.rows();
            let place = statements::of_names(D::place(&locks));
            let failures = Failures { table: locks.as_str(), key: None };
            let place_of = async |pool: &Pool<D>| failures.connected(D::only_text(pool, place.clone()).await);
            let (theirs, ours) = (place_of(&of_locks).await?, place_of(&pool).await?);
            if ours.is_none() || ours != theirs {
                let what = format!(
                    "the table of locks {locks} is not in the database of this pool, so its rows cannot be pinned; open the \
                     lock store and the pool on one database, or give {} a column for the fence and call `pooled`",
                    self.0.names.table
                );
                return Err(StoreError::new(StoreErrorKind::Misconfigured, what));
            }
            let Inner { ids, columns, make_id, read, .. } = &*self.0;
            let names = Names { locks: Some(locks), ..self.0.names.clone() };
            let inner = Inner {
                texts: Texts::of::<D>(&names),
                names,
                ids: ids.clone(),
                columns: columns.clone(),
                make_id: make_id.clone(),
                pinned_to: Some(store),
                read: read.clone(),
            };
            Ok(Self(inner.into()).pooled(pool))
        })
    }

    /// The key of the lock as its store has it, if its row is pinned.
    pub(super) fn lock(
        &self,
        key: impl Fn() -> Result<LockKey, StoreError>,
    ) -> Result<Option<LockKey>, StoreError> {
        self.0.pinned_to.map(|_| key()).transpose()
    }

    /// The lock store whose rows are pinned, for a storage over a [`pinned`](Self::pinned) table; see
    /// [`Storage::pinned_to`](crate::Storage::pinned_to).
    pub fn pinned_to(&self) -> Option<StoreId> {
        self.0.pinned_to
    }

    /// Adds what the row must be like for a write: the lock's key if that is pinned, its token, the versions.
    pub(super) fn bind_held(
        &self,
        write: &mut Prepared<D>,
        lock: Option<&LockKey>,
        fence: i64,
        versions: std::ops::RangeInclusive<i64>,
    ) -> Result<(), BoxDynError> {
        if let Some(lock) = lock {
            D::bind_key(&mut write.arguments, lock.as_str())?;
        }
        let (first, last) = versions.into_inner();
        bind_all::<D>(write, [fence, first, last])
    }

    /// What comes before a write.
    pub(super) fn before_write(&self, lock: Option<&LockKey>) -> Result<Option<Prepared<D>>, BoxDynError> {
        let (Some(lock), Some(pinned)) = (lock, &self.0.texts.pinned) else { return Ok(None) };
        let Some(before) = &pinned.before else { return Ok(None) };
        let mut before = self.prepared(before);
        D::bind_key(&mut before.arguments, lock.as_str())?;
        Ok(Some(before))
    }

    /// What says why a write hit no row.
    pub(super) fn why(
        &self,
        row: &Identity<'_, T>,
        lock: Option<&LockKey>,
    ) -> Result<Prepared<D>, BoxDynError> {
        match (lock, &self.0.texts.pinned) {
            (Some(lock), Some(pinned)) => self.by_key_and_id(&pinned.why, lock, row),
            _ => self.by_id(row, &self.0.texts.why),
        }
    }

    /// Reads a row after the grant: from there on the lock's row keeps others from writing it.
    pub(super) async fn load(
        &self,
        connection: &mut D::Connection,
        claim: &Claim<'_, T>,
        lock: &LockKey,
    ) -> Result<Claimed<T>, StoreError> {
        let failures = self.failures(Some(claim.key()));
        let Some(pinned) = &self.0.texts.pinned else { unreachable!("only a pinned table has a lock here") };
        let row = Identity { id: claim.id(), key: claim.key() };
        let load = self.by_key_and_id(&pinned.load, lock, &row).map_err(|error| failures.value(error))?;
        let rows = D::fetch(connection, load).await.map_err(|error| failures.sent(error))?;
        let found = run::only_one(rows).map_err(|error| failures.sent(error))?;
        let Some(row) = &found else { return Ok(Claimed::Gone) };
        run::committing::<D>(connection, row).await.map_err(|error| failures.sent(error))?;
        let token = D::maybe_number(row, TOKEN).map_err(|error| failures.row(error))?;
        match token {
            Some(token) if token > claim.fence() => Ok(Claimed::Fenced { by: token_of(token)? }),
            Some(token) if token == claim.fence() => Ok(Claimed::Loaded(self.stored(row, failures)?)),
            found => Err(self.elsewhere(found)),
        }
    }

    /// Why a write hit no row, by the row of the lock and the version of the row, as they are now.
    pub(super) fn refused(
        &self,
        why: Option<&D::Row>,
        fence: i64,
        failures: Failures<'_>,
    ) -> Result<Written, StoreError> {
        let version = &self.0.names.version;
        let read = |row| Ok((D::maybe_number(row, TOKEN)?, D::maybe_number(row, version)?));
        let (token, version) =
            why.map_or(Ok((None, None)), read).map_err(|error| failures.held(TOKEN, version, error))?;
        match token {
            // It has lapsed, and was pruned or given back.
            None => Ok(Written::Lost),
            Some(token) if token.abs() > fence => Ok(Written::Fenced { by: token_of(token.abs())? }),
            Some(token) if token == -fence => Ok(Written::Lost),
            Some(token) if token == fence => {
                Ok(version.map_or(Written::Gone, |found| Written::Stale { found }))
            }
            found => Err(self.elsewhere(found)),
        }
    }

    /// The table of locks in this database does not know of the grant.
    fn elsewhere(&self, found: Option<i64>) -> StoreError {
        let locks = self.0.names.locks.as_ref().map_or("", TableName::as_str);
        let found = found.map_or_else(|| "no row".into(), |token| format!("the token {}", token.abs()));
        let what = format!(
            "the lock was granted, and {locks} in the database of {} has {found} for it: the locks are kept in another \
             database, or this is a copy of it that lags behind; use one database for both",
            self.0.names.table
        );
        StoreError::new(StoreErrorKind::Misconfigured, what)
    }

    fn by_key_and_id(
        &self,
        sql: &SqlStr,
        lock: &LockKey,
        row: &Identity<'_, T>,
    ) -> Result<Prepared<D>, BoxDynError> {
        let mut statement = self.prepared(sql);
        D::bind_key(&mut statement.arguments, lock.as_str())?;
        self.bind_ids(row, &mut statement)?;
        Ok(statement)
    }
}

fn token_of(number: i64) -> Result<FencingToken, StoreError> {
    FencingToken::try_from(number).map_err(|error| {
        StoreError::new(StoreErrorKind::Rejected, "the token of the lock's row is out of range")
            .caused_by(error)
    })
}
