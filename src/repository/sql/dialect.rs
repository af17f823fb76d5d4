//! What the databases have in common where rows of a user's own are concerned, and in what they differ.

use futures::future::BoxFuture;
use sqlx::{Database, Encode, Pool, SqlStr, Transaction, error::BoxDynError};

use super::existing::{Existing, Lacking};
use crate::store::{StoreError, TableName, sql::row::needed};

/// A database that an [`SqlTable`](crate::SqlTable) can be in: `sqlx::Postgres`, `sqlx::MySql` (MariaDB too) or
/// `sqlx::Sqlite`, each with the feature of its name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a database that an `SqlTable` can be in",
    label = "`sqlx::Postgres`, `sqlx::MySql` or `sqlx::Sqlite` is expected here",
    note = "each of them needs the feature of lockproof that has its name"
)]
pub trait SqlDatabase: Dialect {}

/// A statement with its values. It can be cloned, and so be sent again.
pub struct Prepared<D: Database> {
    pub(crate) sql: SqlStr,
    pub(crate) arguments: D::Arguments,
}

impl<D: Dialect> Clone for Prepared<D> {
    fn clone(&self) -> Self {
        Self { sql: self.sql.clone(), arguments: self.arguments.clone() }
    }
}

/// How an SQL database is spoken to. Nobody outside can name it, so nobody outside can be one.
pub trait Dialect: Database<Arguments: Clone> {
    /// Whether a value is `$1`, not `?`.
    const NUMBERED: bool;
    /// Whether a writing statement can give back what it has written.
    const RETURNING: bool;
    /// What is 0 if a statement on its own is not committed by itself.
    const COMMITS: Option<&'static str>;
    /// Microseconds since 1970 by the database's clock, as a 64-bit number.
    const CLOCK: &'static str;
    /// The greater one of two numbers.
    const GREATEST: &'static str;
    /// What stands before the values of an `INSERT` that gives a value to a column which the database fills by itself.
    const OVERRIDING: &'static str;

    /// Whether an id that comes next can be had before its row is there.
    const HAS_SEQUENCES: bool;
    /// What a column is called whose numbers the database makes.
    const MAKES_IDS: &'static str;
    /// A 64-bit number, in a `CAST`.
    const INTEGER: &'static str;
    /// What stands at the end of a read within a write, to keep the row that was read as it is until the commit.
    const PINNING: &'static str;
    /// The same at the end of a read of its own that comes before the write, where one within it would not do.
    const PINNING_BEFORE: Option<&'static str>;
    /// The column that numbers documents as they are inserted.
    const SEQ: &'static str;
    /// What comes before that, for a server whose transactions see what others commit.
    const BEFORE_SNAPSHOT: Option<&'static str>;
    /// Begins a transaction that sees the database as it is now, until it ends.
    const SNAPSHOT: &'static str;

    /// What stands around a name. (A function: a constant would have to be as public as this trait is.)
    fn quoted(name: &str) -> String;

    /// All rows: who stops at the first one does not hear whether it was committed.
    fn fetch<'c>(
        connection: &'c mut Self::Connection,
        statement: Prepared<Self>,
    ) -> BoxFuture<'c, sqlx::Result<Vec<Self::Row>>>;

    /// How many rows were hit; in MySQL too, where rows that stay as they are count as well.
    fn execute<'c>(
        connection: &'c mut Self::Connection,
        statement: Prepared<Self>,
    ) -> BoxFuture<'c, sqlx::Result<u64>>;

    /// Writes a row without an id and gives the id that it has got, if it has.
    fn insert<'c>(
        connection: &'c mut Self::Connection,
        statement: Prepared<Self>,
    ) -> BoxFuture<'c, sqlx::Result<Option<i64>>>;

    /// Begins a transaction that will write, or a part of the one that has begun.
    fn begin<'c>(connection: &'c mut Self::Connection) -> BoxFuture<'c, sqlx::Result<Transaction<'c, Self>>>;

    /// A text that is the same on all connections to one database, and NULL if this table is not in it.
    fn place(locks: &TableName) -> String;

    /// What a table that is there already may lack: columns, and the trigger.
    fn lacking(table: &Existing<'_>) -> (Vec<Lacking>, Lacking);

    /// Makes that of it which is not there.
    fn ensure<'a>(
        pool: &'a Pool<Self>,
        table: &'a TableName,
        wanted: &'a [Lacking],
    ) -> BoxFuture<'a, Result<(), StoreError>>;

    /// The one text that a statement gives, if it is not NULL.
    fn only_text(pool: &Pool<Self>, sql: SqlStr) -> BoxFuture<'_, sqlx::Result<Option<String>>>;

    /// Adds the name of a lock or of a kind to the values, as a table of this crate has it.
    fn bind_key(arguments: &mut Self::Arguments, key: &str) -> Result<(), BoxDynError>;

    /// Adds a JSON document to the values.
    fn bind_json(arguments: &mut Self::Arguments, document: String) -> Result<(), BoxDynError>;

    /// A text of a row, if it is not NULL.
    fn text_of(row: &Self::Row, column: &'static str) -> sqlx::Result<Option<String>>;

    /// A number of a row, if it is not NULL.
    fn maybe_number(row: &Self::Row, column: &str) -> sqlx::Result<Option<i64>>;

    /// Adds a number to the values.
    fn bind(arguments: &mut Self::Arguments, number: i64) -> Result<(), BoxDynError>;

    /// A number of a row. NULL is none, though sqlx would read it as 0 in SQLite.
    fn number(row: &Self::Row, column: &str) -> sqlx::Result<i64> {
        needed(column, Self::maybe_number(row, column))
    }

    /// The number that a row has at this place.
    fn number_at(row: &Self::Row, place: usize) -> sqlx::Result<i64>;

    /// Whether a value is NULL.
    fn is_null<'q, V: Encode<'q, Self>>(value: &V) -> Result<bool, BoxDynError>;

    /// A column as Rust orders it: texts by their bytes, and nothing before everything else.
    fn ordered(column: &str, kind: &Self::TypeInfo, descending: bool) -> String;
}
