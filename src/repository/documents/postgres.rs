use std::{error::Error, fmt};

use serde::{Serialize, de::DeserializeOwned};
use sqlx::{PgPool, Postgres, pool::PoolConnection};

use super::{
    home::{Access, Attempt, Base, Documents, named},
    schema::POSTGRES,
};
use crate::{
    proof::{Lockable, Stored},
    repository::{Claim, Claimed, Delete, Insert, Inserted, Query, Storage, Update, Written},
    store::{
        SqlOptions, StoreError,
        sql::{
            making::Making,
            migrations::{Migrations, schema_doors},
            postgres::{connection::Database, errors},
            row::Columns,
        },
    },
};

/// Entities of one type as JSON documents in a PostgreSQL database (12 or later): nothing to write but
/// `#[derive(Serialize, Deserialize)]`. Its clones share the connections.
///
/// ```no_run
/// # async fn example<Account>() -> Result<(), lockproof::StoreError>
/// # where Account: lockproof::Lockable + serde::Serialize + serde::de::DeserializeOwned {
/// let accounts = lockproof::PostgresDocuments::<Account>::open("postgres://app@db.example/app").await?;
/// # Ok(())
/// # }
/// ```
///
/// One table, `lockproof_documents`, holds all types; the key of a document is the entity's lock key, its kind
/// [`Lockable::KIND`] with the namespace, if there is one. The locks may be in the same database, in another one, or in
/// no database at all.
///
/// A page of `find_all` without filter and order is read as it is, in the order of insertion. With a filter the documents of
/// the kind are read and parsed one after the other until the page is full; with an order all of them. For more than some
/// thousands of them a table of one's own, with columns and indexes ([`SqlTable`](crate::SqlTable)), is the better
/// storage.
///
/// The documents are of the type `json`, which keeps them as they are, so for a look into them there is `SELECT doc ->>
/// 'owner' FROM lockproof_documents WHERE kind = 'account'`; an index on `(doc ->> 'owner')` makes that fast. `jsonb`
/// would not do: it refuses texts with a NUL in them. A database with another encoding than UTF-8 keeps them too, with
/// all but ASCII written by numbers (`\u00e4`).
///
/// JSON has no NaN and no infinities: floats that may be either do not come back.
pub struct PostgresDocuments<T: Lockable>(Documents<T, InPostgres>);

struct InPostgres(Database);

impl<T: Lockable + Serialize + DeserializeOwned> PostgresDocuments<T> {
    /// Connects to the database of a URL, `postgres://user:password@host:port/database`, and makes the table if it is not
    /// there; any number of processes may do so at once.
    ///
    /// # Errors
    /// [`Misconfigured`](crate::StoreErrorKind::Misconfigured) if the URL, the password or a right is wrong, the server
    /// is read-only, or the table has other columns; [`Unavailable`](crate::StoreErrorKind::Unavailable), with the
    /// cause, if the server cannot be reached. No error has the password in it.
    ///
    /// # Cancel safety
    /// Can be dropped at any time; the table may have been made.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::open_with(url, SqlOptions::new()).await
    }

    /// The same with a table of another name, or one that is made by somebody else.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    ///
    /// # Cancel safety
    /// Can be dropped at any time; the table may have been made.
    pub async fn open_with(url: &str, options: SqlOptions) -> Result<Self, StoreError> {
        Self::over(Database::open(url, &options)?, options).await
    }

    /// Uses a pool of the application's own, with its settings, making the table where it is not there.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    ///
    /// # Cancel safety
    /// Can be dropped at any time; the table may have been made.
    pub async fn from_pool(pool: PgPool) -> Result<Self, StoreError> {
        Self::from_pool_with(pool, SqlOptions::new()).await
    }

    /// The same with a table of another name, or one that is made by somebody else.
    ///
    /// # Errors
    /// As for [`from_pool`](Self::from_pool).
    ///
    /// # Cancel safety
    /// Can be dropped at any time; the table may have been made.
    pub async fn from_pool_with(pool: PgPool, options: SqlOptions) -> Result<Self, StoreError> {
        Self::over(Database::of_pool(pool, &options), options).await
    }

    async fn over(database: Database, options: SqlOptions) -> Result<Self, StoreError> {
        let table = named(options.table);
        database.set_up(&Migrations::over(&POSTGRES, &table), options.create_table).await?;
        let rows =
            database.rows(|| sqlx::query("SELECT current_setting('server_encoding') AS encoding")).await?;
        let encoding = rows.first().map(|row| row.text("encoding")).transpose()?.flatten();
        let in_ascii = encoding.as_deref() != Some("UTF8");
        Ok(Self(Documents::over(InPostgres(database), table, in_ascii, None)))
    }

    /// Makes the table if it is not there, and brings one of an earlier version up to date; does nothing otherwise, and
    /// needs no right to make tables then. Any number of processes may do so at once.
    ///
    /// # Errors
    /// [`Misconfigured`](crate::StoreErrorKind::Misconfigured) if the role may not make it, or the table is not this
    /// crate's: the source is then a [`SchemaMismatch`](crate::SchemaMismatch).
    ///
    /// # Cancel safety
    /// Can be dropped at any time; the table may have been made.
    pub async fn ensure_schema(&self) -> Result<(), StoreError> {
        self.0.base().0.bring_up(&Migrations::over(&POSTGRES, self.0.table())).await
    }

    schema_doors!(POSTGRES);
}

documents!(PostgresDocuments);

impl Base for InPostgres {
    type Database = Postgres;
    type Attempt<'a> = OnServer<'a>;

    async fn begin(&self, access: Access) -> OnServer<'_> {
        let database = &self.0;
        // After a restart of the server every connection of the pool is broken, and is found so one by one.
        let again = match access {
            Access::Read => database.pool().size().saturating_add(1),
            Access::Write => 0,
        };
        OnServer { database, connection: None, again }
    }
}

/// A call on a connection that may turn out to be broken.
struct OnServer<'a> {
    database: &'a Database,
    connection: Option<PoolConnection<Postgres>>,
    again: u32,
}

impl Attempt<Postgres> for OnServer<'_> {
    async fn connection(&mut self) -> Result<&mut PoolConnection<Postgres>, StoreError> {
        // The last one goes back first.
        self.connection = None;
        Ok(self.connection.insert(self.database.connection().await?))
    }

    async fn settle<V: Send>(&mut self, answer: Result<V, StoreError>) -> Option<Result<V, StoreError>> {
        let Err(error) = &answer else { return Some(answer) };
        let cause = error.source().and_then(|source| source.downcast_ref::<sqlx::Error>());
        if self.again == 0 || !cause.is_some_and(errors::is_cut) {
            return Some(answer);
        }
        self.again -= 1;
        None
    }
}
