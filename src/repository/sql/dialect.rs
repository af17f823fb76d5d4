//! What the databases have in common where rows of a user's own are concerned, and in what they differ.

use futures::future::BoxFuture;
use sqlx::{Database, Encode, Pool, SqlStr, TypeInfo, encode::IsNull, error::BoxDynError, query_with};

use super::existing::{self, Existing, Lacking};
use crate::{
    model::LockKey,
    store::{StoreError, TableName, sql::statements::Quote},
};

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
    /// Microseconds since 1970 by the database's clock, as a 64-bit number.
    const CLOCK: &'static str;
    /// The greater one of two numbers.
    const GREATEST: &'static str;
    /// What stands before the values of an `INSERT` that gives a value to a column which the database fills by itself.
    const OVERRIDING: &'static str;

    /// What stands at the end of a read within a write, to keep the row that was read as it is until the commit.
    const PINNING: &'static str;
    /// The same at the end of a read of its own that comes before the write, where one within it would not do.
    const PINNING_BEFORE: Option<&'static str>;

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
    fn text(pool: &Pool<Self>, sql: SqlStr) -> BoxFuture<'_, sqlx::Result<Option<String>>>;

    /// Adds the name of a lock to the values, as a table of locks has it.
    fn bind_key(arguments: &mut Self::Arguments, key: &LockKey) -> Result<(), BoxDynError>;

    /// A number of a row, if it is not NULL.
    fn maybe_number(row: &Self::Row, column: &str) -> sqlx::Result<Option<i64>>;

    /// Adds a number to the values.
    fn bind(arguments: &mut Self::Arguments, number: i64) -> Result<(), BoxDynError>;

    /// A number of a row.
    fn number(row: &Self::Row, column: &str) -> sqlx::Result<i64>;

    /// The number that a row has at this place.
    fn number_at(row: &Self::Row, place: usize) -> sqlx::Result<i64>;

    /// Whether a value is NULL.
    fn is_null<'q, V: Encode<'q, Self>>(value: &V) -> Result<bool, BoxDynError>;

    /// A column as Rust orders it: texts by their bytes, and nothing before everything else.
    fn ordered(column: &str, kind: &Self::TypeInfo, descending: bool) -> String;
}

/// Whether a type of this name holds text, which each database has collations for.
fn is_text(kind: &impl TypeInfo) -> bool {
    let name = kind.name();
    ["TEXT", "CHAR", "NAME"].iter().any(|text| name.contains(text))
}

/// What is written alike for each and cannot be written once: sqlx has it for each database and not for all.
macro_rules! calls {
    () => {
        fn fetch<'c>(
            connection: &'c mut Self::Connection,
            statement: Prepared<Self>,
        ) -> BoxFuture<'c, sqlx::Result<Vec<Self::Row>>> {
            Box::pin(query_with(statement.sql, statement.arguments).fetch_all(connection))
        }

        fn execute<'c>(
            connection: &'c mut Self::Connection,
            statement: Prepared<Self>,
        ) -> BoxFuture<'c, sqlx::Result<u64>> {
            Box::pin(async move {
                let done = query_with(statement.sql, statement.arguments).execute(connection).await?;
                Ok(done.rows_affected())
            })
        }

        fn text(pool: &Pool<Self>, sql: SqlStr) -> BoxFuture<'_, sqlx::Result<Option<String>>> {
            Box::pin(sqlx::query_scalar(sql).fetch_one(pool))
        }

        fn maybe_number(row: &Self::Row, column: &str) -> sqlx::Result<Option<i64>> {
            sqlx::Row::try_get(row, column)
        }

        fn bind(arguments: &mut Self::Arguments, number: i64) -> Result<(), BoxDynError> {
            sqlx::Arguments::add(arguments, number)
        }

        fn number(row: &Self::Row, column: &str) -> sqlx::Result<i64> {
            sqlx::Row::try_get(row, column)
        }

        fn number_at(row: &Self::Row, place: usize) -> sqlx::Result<i64> {
            sqlx::Row::try_get(row, place)
        }

        fn is_null<'q, V: Encode<'q, Self>>(value: &V) -> Result<bool, BoxDynError> {
            let mut scratch = Default::default();
            Ok(matches!(value.encode_by_ref(&mut scratch)?, IsNull::Yes))
        }
    };
}

#[cfg(any(feature = "mysql", feature = "sqlite"))]
fn way(descending: bool) -> &'static str {
    if descending { " DESC" } else { "" }
}

#[cfg(feature = "postgres")]
#[diagnostic::do_not_recommend]
impl SqlDatabase for sqlx::Postgres {}

#[cfg(feature = "postgres")]
impl Dialect for sqlx::Postgres {
    const NUMBERED: bool = true;
    const RETURNING: bool = true;
    const CLOCK: &'static str = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS bigint)";
    const GREATEST: &'static str = "GREATEST";
    const OVERRIDING: &'static str = " OVERRIDING SYSTEM VALUE";

    const PINNING: &'static str = " FOR SHARE";
    const PINNING_BEFORE: Option<&'static str> = None;

    calls!();

    fn quoted(name: &str) -> String {
        Quote::DOUBLE.name(name)
    }

    fn place(locks: &TableName) -> String {
        format!(
            "SELECT extract(epoch FROM pg_postmaster_start_time()) || ' ' || current_database() || ' ' || \
             to_regclass('{}')::oid",
            Quote::DOUBLE.table(locks)
        )
    }

    fn lacking(table: &Existing<'_>) -> (Vec<Lacking>, Lacking) {
        (existing::postgres::columns(table), existing::postgres::trigger(table))
    }

    fn ensure<'a>(
        pool: &'a Pool<Self>,
        table: &'a TableName,
        wanted: &'a [Lacking],
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(existing::postgres::ensure(pool, table, wanted))
    }

    fn bind_key(arguments: &mut Self::Arguments, key: &LockKey) -> Result<(), BoxDynError> {
        sqlx::Arguments::add(arguments, key.as_str().as_bytes().to_vec())
    }

    fn ordered(column: &str, kind: &Self::TypeInfo, descending: bool) -> String {
        let collation = if is_text(kind) { " COLLATE \"C\"" } else { "" };
        let way = if descending { " DESC NULLS LAST" } else { " NULLS FIRST" };
        format!("{column}{collation}{way}")
    }
}

#[cfg(feature = "mysql")]
#[diagnostic::do_not_recommend]
impl SqlDatabase for sqlx::MySql {}

#[cfg(feature = "mysql")]
impl Dialect for sqlx::MySql {
    const NUMBERED: bool = false;
    const RETURNING: bool = false;
    const CLOCK: &'static str = "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6))";
    const GREATEST: &'static str = "GREATEST";
    const OVERRIDING: &'static str = "";

    const PINNING: &'static str = "";
    const PINNING_BEFORE: Option<&'static str> = Some(" LOCK IN SHARE MODE");

    calls!();

    fn quoted(name: &str) -> String {
        Quote::BACKTICK.name(name)
    }

    fn place(locks: &TableName) -> String {
        let schema = locks.parts().0.map_or_else(|| "DATABASE()".into(), |schema| format!("'{schema}'"));
        format!(
            "SELECT CONVERT(CONCAT(@@hostname, ' ', @@port, ' ', @@datadir, ' ', {schema}) USING utf8mb4)"
        )
    }

    fn lacking(table: &Existing<'_>) -> (Vec<Lacking>, Lacking) {
        (existing::mysql::columns(table), existing::mysql::trigger(table))
    }

    fn ensure<'a>(
        pool: &'a Pool<Self>,
        table: &'a TableName,
        wanted: &'a [Lacking],
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(existing::mysql::ensure(pool, table, wanted))
    }

    fn bind_key(arguments: &mut Self::Arguments, key: &LockKey) -> Result<(), BoxDynError> {
        sqlx::Arguments::add(arguments, key.as_str().as_bytes().to_vec())
    }

    fn ordered(column: &str, kind: &Self::TypeInfo, descending: bool) -> String {
        let way = way(descending);
        if is_text(kind) {
            format!("CAST(CONVERT({column} USING utf8mb4) AS BINARY){way}")
        } else {
            format!("{column}{way}")
        }
    }
}

#[cfg(feature = "sqlite")]
#[diagnostic::do_not_recommend]
impl SqlDatabase for sqlx::Sqlite {}

#[cfg(feature = "sqlite")]
impl Dialect for sqlx::Sqlite {
    const NUMBERED: bool = false;
    const RETURNING: bool = true;
    const CLOCK: &'static str = concat!(crate::store::sql::sqlite::schema::now!(), " * 1000");
    const GREATEST: &'static str = "max";
    const OVERRIDING: &'static str = "";

    /// A writing statement has the file to itself.
    const PINNING: &'static str = "";
    const PINNING_BEFORE: Option<&'static str> = None;

    calls!();

    fn quoted(name: &str) -> String {
        Quote::DOUBLE.name(name)
    }

    fn place(locks: &TableName) -> String {
        let schema = locks.parts().0.unwrap_or("main");
        format!("SELECT file FROM pragma_database_list WHERE name = '{schema}'")
    }

    fn lacking(table: &Existing<'_>) -> (Vec<Lacking>, Lacking) {
        (existing::sqlite::columns(table), existing::sqlite::trigger(table))
    }

    fn ensure<'a>(
        pool: &'a Pool<Self>,
        table: &'a TableName,
        wanted: &'a [Lacking],
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(existing::sqlite::ensure(pool, table, wanted))
    }

    fn bind_key(arguments: &mut Self::Arguments, key: &LockKey) -> Result<(), BoxDynError> {
        sqlx::Arguments::add(arguments, key.as_str().to_owned())
    }

    fn ordered(column: &str, kind: &Self::TypeInfo, descending: bool) -> String {
        let collation = if is_text(kind) { " COLLATE BINARY" } else { "" };
        format!("{column}{collation}{}", way(descending))
    }
}
