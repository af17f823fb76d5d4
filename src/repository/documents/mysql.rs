use std::{error::Error, fmt};

use serde::{Serialize, de::DeserializeOwned};
use sqlx::{MySql, MySqlPool, pool::PoolConnection};

use super::{
    home::{Access, Attempt, Base, Documents, named},
    schema::MYSQL,
};
use crate::{
    proof::{Lockable, Stored},
    repository::{Claim, Claimed, Delete, Insert, Inserted, Query, Storage, Update, Written},
    store::{
        SqlOptions, StoreError,
        sql::{
            making::Making,
            migrations::{Migrations, schema_doors},
            mysql::{
                connection::{Database, Lent},
                errors,
            },
            row::Columns,
        },
    },
};

/// Entities of one type as JSON documents in MySQL 8 or MariaDB 10.6, or a later one of either: nothing to write but
/// `#[derive(Serialize, Deserialize)]`. Its clones share the connections.
///
/// ```no_run
/// # async fn example<Account>() -> Result<(), lockproof::StoreError>
/// # where Account: lockproof::Lockable + serde::Serialize + serde::de::DeserializeOwned {
/// let url = "mysql://user:password@db.example/app";
/// let accounts = lockproof::MySqlDocuments::<Account>::open(url).await?;
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
/// The documents are text in `utf8mb4`, so for a look into them there is `SELECT JSON_VALUE(doc, '$.owner') FROM
/// lockproof_documents WHERE kind = 'account'`. The type `JSON` would not do: in MySQL it changes numbers. A document
/// that is longer than the server's `max_allowed_packet` is refused before it is sent.
///
/// JSON has no NaN and no infinities: floats that may be either do not come back.
pub struct MySqlDocuments<T: Lockable>(Documents<T, InMySql>);

struct InMySql(Database);

impl<T: Lockable + Serialize + DeserializeOwned> MySqlDocuments<T> {
    /// Connects to a server, making the table where it is not there; any number of processes may do so at once.
    ///
    /// # Errors
    /// [`Misconfigured`](crate::StoreErrorKind::Misconfigured) if the URL is another one's, user or password are wrong, a
    /// right is missing, there is no such database, it is read-only, or the table has other columns;
    /// [`Unavailable`](crate::StoreErrorKind::Unavailable) if the server cannot be reached.
    ///
    /// # Cancel safety
    /// Can be dropped at any time; the table may have been made.
    pub async fn open(url: impl AsRef<str>) -> Result<Self, StoreError> {
        Self::open_with(url, SqlOptions::new()).await
    }

    /// The same with a table of another name, or one that is made by somebody else.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    ///
    /// # Cancel safety
    /// Can be dropped at any time; the table may have been made.
    pub async fn open_with(url: impl AsRef<str>, options: SqlOptions) -> Result<Self, StoreError> {
        Self::over(Database::open(url.as_ref(), &options).await?, options).await
    }

    /// Uses a pool of the application's own, with its settings, making the table where it is not there.
    ///
    /// # Errors
    /// As for [`open`](Self::open); also if its connections have `autocommit` off.
    ///
    /// # Cancel safety
    /// Can be dropped at any time; the table may have been made.
    pub async fn from_pool(pool: MySqlPool) -> Result<Self, StoreError> {
        Self::from_pool_with(pool, SqlOptions::new()).await
    }

    /// The same with a table of another name, or one that is made by somebody else.
    ///
    /// # Errors
    /// As for [`from_pool`](Self::from_pool).
    ///
    /// # Cancel safety
    /// Can be dropped at any time; the table may have been made.
    pub async fn from_pool_with(pool: MySqlPool, options: SqlOptions) -> Result<Self, StoreError> {
        Self::over(Database::of_pool(pool, &options).await?, options).await
    }

    async fn over(database: Database, options: SqlOptions) -> Result<Self, StoreError> {
        /// What stands in a statement beside the document.
        const BESIDE: i64 = 4096;
        const SESSION: &str = "SELECT CAST(@@character_set_connection AS BINARY) AS charset, \
            CAST(@@max_allowed_packet AS SIGNED) AS most";

        let table = named(options.table);
        database.set_up(&Migrations::over(&MYSQL, &table), options.create_table).await?;
        let rows = database.read(|| sqlx::query(SESSION)).await?;
        let (mut in_ascii, mut most) = (true, None);
        if let Some(row) = rows.first() {
            in_ascii = row.text("charset")?.as_deref() != Some("utf8mb4");
            most = row.number("most")?.and_then(|most| usize::try_from(most - BESIDE).ok());
        }
        Ok(Self(Documents::over(InMySql(database), table, in_ascii, most)))
    }

    /// Makes the table if it is not there, and brings one of an earlier version up to date; does nothing otherwise, and
    /// then needs no right to make tables. Any number of processes may do so at once.
    ///
    /// # Errors
    /// [`Misconfigured`](crate::StoreErrorKind::Misconfigured) if the right to make it is missing, or the table is not this
    /// crate's: the source is then a [`SchemaMismatch`](crate::SchemaMismatch).
    ///
    /// # Cancel safety
    /// Can be dropped at any time; the table may have been made.
    pub async fn ensure_schema(&self) -> Result<(), StoreError> {
        self.0.base().0.bring_up(&Migrations::over(&MYSQL, self.0.table())).await
    }

    schema_doors!(MYSQL);
}

documents!(MySqlDocuments);

impl Base for InMySql {
    type Database = MySql;
    type Attempt<'a> = OnServer<'a>;

    async fn begin(&self, access: Access) -> OnServer<'_> {
        let database = &self.0;
        // After a restart of the server every connection of the pool is broken, and is found so one by one.
        let again = match access {
            Access::Read => database.pool().size().saturating_add(1),
            Access::Write => 0,
        };
        OnServer { database, lent: None, again }
    }
}

/// A call on a connection that may turn out to be broken. One that is dropped half-way is closed.
struct OnServer<'a> {
    database: &'a Database,
    lent: Option<Lent>,
    again: u32,
}

impl Attempt<MySql> for OnServer<'_> {
    async fn connection(&mut self) -> Result<&mut PoolConnection<MySql>, StoreError> {
        Ok(self.lent.insert(self.database.lend().await?).pooled())
    }

    async fn settle<V: Send>(&mut self, answer: Result<V, StoreError>) -> Option<Result<V, StoreError>> {
        let lent = self.lent.take();
        let error = answer.as_ref().err().and_then(|error| error.source());
        let is_cut = error.and_then(|cause| cause.downcast_ref()).is_some_and(errors::is_cut);
        if !is_cut {
            lent.into_iter().for_each(Lent::give_back);
            return Some(answer);
        }
        if self.again == 0 {
            return Some(answer);
        }
        self.again -= 1;
        None
    }
}
