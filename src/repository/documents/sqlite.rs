use std::{error::Error, fmt, path::Path};

use serde::{Serialize, de::DeserializeOwned};
use sqlx::{Sqlite, SqlitePool, pool::PoolConnection, sqlite::SqliteSynchronous};
use tokio::sync::MutexGuard;

use super::{
    home::{Access, Attempt, Base, Documents, named},
    schema::SQLITE,
};
use crate::{
    proof::{Lockable, Stored},
    repository::{Claim, Claimed, Delete, Insert, Inserted, Query, Storage, Update, Written},
    store::{
        SqlOptions, StoreError,
        sql::{
            making::Making,
            migrations::{Migrations, schema_doors},
            patience::Patience,
            sqlite::{
                connection::{Database, make_room},
                errors,
            },
        },
    },
};

/// Entities of one type as JSON documents in an SQLite file: nothing to write but `#[derive(Serialize, Deserialize)]`.
/// Its clones share the connections.
///
/// ```no_run
/// # async fn example<Account>() -> Result<(), lockproof::StoreError>
/// # where Account: lockproof::Lockable + serde::Serialize + serde::de::DeserializeOwned {
/// let accounts = lockproof::SqliteDocuments::<Account>::open("service.db").await?;
/// # Ok(())
/// # }
/// ```
///
/// One table, `lockproof_documents`, holds all types; the key of a document is the entity's lock key, its kind
/// [`Lockable::KIND`] with the namespace, if there is one. It may be the file of a [`SqliteStore`](crate::SqliteStore).
///
/// A page of `find_all` without filter and order is read as it is, in the order of insertion. With a filter the documents of
/// the kind are read and parsed one after the other until the page is full; with an order all of them. For more than some
/// thousands of them a table of one's own, with columns and indexes ([`SqlTable`](crate::SqlTable)), is the better
/// storage. For a look into them there is `SELECT doc ->> '$.owner' FROM lockproof_documents WHERE kind = 'account'`.
///
/// JSON has no NaN and no infinities: floats that may be either do not come back.
pub struct SqliteDocuments<T: Lockable>(Documents<T, InSqlite>);

struct InSqlite(Database);

impl<T: Lockable + Serialize + DeserializeOwned> SqliteDocuments<T> {
    /// Opens a file, making it and the table where they are not there; any number of processes may do so at once.
    ///
    /// The file is switched to WAL mode for good. Every write is on the disk before it is answered.
    ///
    /// # Errors
    /// [`Misconfigured`](crate::StoreErrorKind::Misconfigured) if the directory is missing, the file is no SQLite file or
    /// cannot be written, or the table has other columns; [`Unavailable`](crate::StoreErrorKind::Unavailable) if the file
    /// stays locked for half a minute.
    ///
    /// # Cancel safety
    /// Can be dropped at any time; the file may have been made.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_with(path, SqlOptions::new()).await
    }

    /// The same with a table of another name, or one that is made by somebody else.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    ///
    /// # Cancel safety
    /// Can be dropped at any time; the file may have been made.
    pub async fn open_with(path: impl AsRef<Path>, options: SqlOptions) -> Result<Self, StoreError> {
        Self::over(Database::open(path.as_ref(), SqliteSynchronous::Full, &options).await?, options).await
    }

    /// Uses a pool of the application's own, with its settings, making the table where it is not there.
    ///
    /// # Errors
    /// As for [`open`](Self::open); also for `:memory:` without a shared cache, where each connection has a database of
    /// its own.
    ///
    /// # Cancel safety
    /// Can be dropped at any time; the table may have been made.
    pub async fn from_pool(pool: SqlitePool) -> Result<Self, StoreError> {
        Self::from_pool_with(pool, SqlOptions::new()).await
    }

    /// The same with a table of another name, or one that is made by somebody else.
    ///
    /// # Errors
    /// As for [`from_pool`](Self::from_pool).
    ///
    /// # Cancel safety
    /// Can be dropped at any time; the table may have been made.
    pub async fn from_pool_with(pool: SqlitePool, options: SqlOptions) -> Result<Self, StoreError> {
        Self::over(Database::of_pool(pool, &options)?, options).await
    }

    async fn over(database: Database, options: SqlOptions) -> Result<Self, StoreError> {
        let table = named(options.table);
        database.set_up(&Migrations::over(&SQLITE, &table), options.create_table).await?;
        Ok(Self(Documents::over(InSqlite(database), table, false, None)))
    }

    /// Makes the table if it is not there, and brings one of an earlier version up to date; does nothing otherwise. Any
    /// number of processes may do so at once.
    ///
    /// # Errors
    /// [`Misconfigured`](crate::StoreErrorKind::Misconfigured) if the file cannot be written, or the table is not this
    /// crate's: the source is then a [`SchemaMismatch`](crate::SchemaMismatch).
    ///
    /// # Cancel safety
    /// Can be dropped at any time; the table may have been made.
    pub async fn ensure_schema(&self) -> Result<(), StoreError> {
        self.0.base().0.bring_up(&Migrations::over(&SQLITE, self.0.table())).await
    }

    schema_doors!(SQLITE);
}

documents!(SqliteDocuments);

impl Base for InSqlite {
    type Database = Sqlite;
    type Attempt<'a> = InFile<'a>;

    async fn begin(&self, access: Access) -> InFile<'_> {
        let database = &self.0;
        // Counted from here, so that a long line ends soon after the first in it has given up.
        let patience = database.patience();
        let turn = match access {
            Access::Read => None,
            Access::Write => Some(database.turn().await),
        };
        InFile { database, patience, connection: None, may_make_room: true, _turn: turn }
    }
}

/// A call beside other writers of the file.
struct InFile<'a> {
    database: &'a Database,
    patience: Patience,
    connection: Option<PoolConnection<Sqlite>>,
    may_make_room: bool,
    _turn: Option<MutexGuard<'a, ()>>,
}

impl Attempt<Sqlite> for InFile<'_> {
    async fn connection(&mut self) -> Result<&mut PoolConnection<Sqlite>, StoreError> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.database.connection(&mut self.patience).await?,
        };
        Ok(self.connection.insert(connection))
    }

    async fn settle<V: Send>(&mut self, answer: Result<V, StoreError>) -> Option<Result<V, StoreError>> {
        let Err(error) = answer else { return Some(answer) };
        let cause = error.source().and_then(|source| source.downcast_ref::<sqlx::Error>());
        let (is_full, is_busy) =
            cause.map_or((false, false), |it| (errors::is_full(it), errors::is_busy(it)));
        if is_full && self.may_make_room {
            self.may_make_room = false;
            if let Some(connection) = &mut self.connection {
                make_room(connection).await;
            }
            return None;
        }
        self.connection = None;
        if is_busy && self.patience.pause().await { None } else { Some(Err(error)) }
    }
}
