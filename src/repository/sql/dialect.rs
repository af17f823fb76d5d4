//! What the databases have in common where rows of a user's own are concerned, and in what they differ.

use futures::future::BoxFuture;
use sqlx::{Database, Encode, SqlStr, TypeInfo, encode::IsNull, error::BoxDynError, query_with};

use crate::store::sql::statements::Quote;

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

    calls!();

    fn quoted(name: &str) -> String {
        Quote::DOUBLE.name(name)
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

    calls!();

    fn quoted(name: &str) -> String {
        Quote::BACKTICK.name(name)
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

    calls!();

    fn quoted(name: &str) -> String {
        Quote::DOUBLE.name(name)
    }

    fn ordered(column: &str, kind: &Self::TypeInfo, descending: bool) -> String {
        let collation = if is_text(kind) { " COLLATE BINARY" } else { "" };
        format!("{column}{collation}{}", way(descending))
    }
}
