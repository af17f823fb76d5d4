//! The databases, each with its ways.

use futures::future::BoxFuture;
use sqlx::{
    Connection, Encode, Pool, SqlStr, Transaction, TypeInfo, encode::IsNull, error::BoxDynError, query_with,
};

use super::{
    dialect::{Dialect, Prepared, SqlDatabase},
    existing::{self, Existing, Lacking},
};
use crate::store::{
    StoreError, TableName,
    sql::{
        row::{Columns, needed},
        statements::Quote,
    },
};

/// Whether a type of this name holds text, which each database has collations for.
fn is_text(kind: &impl TypeInfo) -> bool {
    let name = kind.name();
    ["TEXT", "CHAR", "NAME"].iter().any(|text| name.contains(text))
}

/// What is written alike for each and cannot be written once: sqlx has it for each database and not for all.
macro_rules! calls {
    ($last_id:expr) => {
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

        fn insert<'c>(
            connection: &'c mut Self::Connection,
            statement: Prepared<Self>,
        ) -> BoxFuture<'c, sqlx::Result<Option<i64>>> {
            Box::pin(async move {
                let last_id: fn(&Self::QueryResult) -> Option<i64> = $last_id;
                query_with(statement.sql, statement.arguments)
                    .execute(connection)
                    .await
                    .map(|done| last_id(&done))
            })
        }

        fn only_text(pool: &Pool<Self>, sql: SqlStr) -> BoxFuture<'_, sqlx::Result<Option<String>>> {
            Box::pin(sqlx::query_scalar(sql).fetch_one(pool))
        }

        fn text_of(row: &Self::Row, column: &'static str) -> sqlx::Result<Option<String>> {
            Columns::text(row, column)
        }

        fn maybe_number(row: &Self::Row, column: &str) -> sqlx::Result<Option<i64>> {
            sqlx::Row::try_get(row, column)
        }

        fn bind(arguments: &mut Self::Arguments, number: i64) -> Result<(), BoxDynError> {
            sqlx::Arguments::add(arguments, number)
        }

        fn number_at(row: &Self::Row, place: usize) -> sqlx::Result<i64> {
            needed(&place.to_string(), sqlx::Row::try_get(row, place))
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
    const COMMITS: Option<&'static str> = None;
    const CLOCK: &'static str = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS bigint)";
    const GREATEST: &'static str = "GREATEST";
    const OVERRIDING: &'static str = " OVERRIDING SYSTEM VALUE";
    const HAS_SEQUENCES: bool = true;
    const MAKES_IDS: &'static str =
        "`bigserial` or an identity column (or `ALTER SEQUENCE .. OWNED BY` the column)";
    const INTEGER: &'static str = "bigint";

    const PINNING: &'static str = " FOR SHARE";
    const PINNING_BEFORE: Option<&'static str> = None;
    const SEQ: &'static str = "seq";
    const BEFORE_SNAPSHOT: Option<&'static str> = None;
    const SNAPSHOT: &'static str = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";

    calls!(|_| None);

    fn begin<'c>(connection: &'c mut Self::Connection) -> BoxFuture<'c, sqlx::Result<Transaction<'c, Self>>> {
        Box::pin(connection.begin())
    }

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

    fn bind_key(arguments: &mut Self::Arguments, key: &str) -> Result<(), BoxDynError> {
        sqlx::Arguments::add(arguments, key.as_bytes().to_vec())
    }

    fn bind_json(arguments: &mut Self::Arguments, document: String) -> Result<(), BoxDynError> {
        sqlx::Arguments::add(arguments, Json(document))
    }

    fn ordered(column: &str, kind: &Self::TypeInfo, descending: bool) -> String {
        let way = if descending { " DESC NULLS LAST" } else { " NULLS FIRST" };
        if is_text(kind) {
            // A type of texts of its own, `citext` for one, may order them in its own way under any collation.
            format!("CAST({column} AS text) COLLATE \"C\"{way}")
        } else {
            format!("{column}{way}")
        }
    }
}

#[cfg(feature = "mysql")]
#[diagnostic::do_not_recommend]
impl SqlDatabase for sqlx::MySql {}

#[cfg(feature = "mysql")]
impl Dialect for sqlx::MySql {
    const NUMBERED: bool = false;
    const RETURNING: bool = false;
    const COMMITS: Option<&'static str> = Some("@@autocommit");
    const CLOCK: &'static str = "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6))";
    const GREATEST: &'static str = "GREATEST";
    const OVERRIDING: &'static str = "";
    const HAS_SEQUENCES: bool = false;
    const MAKES_IDS: &'static str = "`AUTO_INCREMENT`";
    const INTEGER: &'static str = "SIGNED";

    const PINNING: &'static str = "";
    const PINNING_BEFORE: Option<&'static str> = Some(" LOCK IN SHARE MODE");
    const SEQ: &'static str = "seq";
    const BEFORE_SNAPSHOT: Option<&'static str> = Some("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    const SNAPSHOT: &'static str = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";

    calls!(|done| i64::try_from(done.last_insert_id()).ok().filter(|id| *id != 0));

    fn begin<'c>(connection: &'c mut Self::Connection) -> BoxFuture<'c, sqlx::Result<Transaction<'c, Self>>> {
        Box::pin(connection.begin())
    }

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

    fn bind_key(arguments: &mut Self::Arguments, key: &str) -> Result<(), BoxDynError> {
        sqlx::Arguments::add(arguments, key.as_bytes().to_vec())
    }

    fn bind_json(arguments: &mut Self::Arguments, document: String) -> Result<(), BoxDynError> {
        sqlx::Arguments::add(arguments, document)
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
    const COMMITS: Option<&'static str> = None;
    const CLOCK: &'static str = concat!(crate::store::sql::sqlite::schema::now!(), " * 1000");
    const GREATEST: &'static str = "max";
    const OVERRIDING: &'static str = "";
    const HAS_SEQUENCES: bool = false;
    const MAKES_IDS: &'static str = "`INTEGER PRIMARY KEY`";
    const INTEGER: &'static str = "INTEGER";

    /// A writing statement has the file to itself.
    const PINNING: &'static str = "";
    const PINNING_BEFORE: Option<&'static str> = None;
    const SEQ: &'static str = "rowid";
    const BEFORE_SNAPSHOT: Option<&'static str> = None;
    const SNAPSHOT: &'static str = "BEGIN";

    calls!(|done| Some(done.last_insert_rowid()));

    /// A transaction that reads first and writes then may find that another one has written in between.
    fn begin<'c>(connection: &'c mut Self::Connection) -> BoxFuture<'c, sqlx::Result<Transaction<'c, Self>>> {
        if connection.is_in_transaction() {
            return Box::pin(connection.begin());
        }
        Box::pin(connection.begin_with("BEGIN IMMEDIATE"))
    }

    /// What stands in double quotes and is no column is a text to SQLite.
    fn quoted(name: &str) -> String {
        Quote::BACKTICK.name(name)
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

    fn bind_key(arguments: &mut Self::Arguments, key: &str) -> Result<(), BoxDynError> {
        sqlx::Arguments::add(arguments, key.to_owned())
    }

    fn bind_json(arguments: &mut Self::Arguments, document: String) -> Result<(), BoxDynError> {
        sqlx::Arguments::add(arguments, document)
    }

    fn ordered(column: &str, kind: &Self::TypeInfo, descending: bool) -> String {
        let collation = if is_text(kind) { " COLLATE BINARY" } else { "" };
        format!("{column}{collation}{}", way(descending))
    }
}

/// A document as the type `json` takes it: as it is.
#[cfg(feature = "postgres")]
struct Json(String);

#[cfg(feature = "postgres")]
impl sqlx::Type<sqlx::Postgres> for Json {
    fn type_info() -> sqlx::postgres::PgTypeInfo {
        // The number of the type `json`, in every PostgreSQL.
        sqlx::postgres::PgTypeInfo::with_oid(sqlx::postgres::types::Oid(114))
    }
}

#[cfg(feature = "postgres")]
impl Encode<'_, sqlx::Postgres> for Json {
    fn encode_by_ref(&self, buffer: &mut sqlx::postgres::PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        buffer.extend_from_slice(self.0.as_bytes());
        Ok(IsNull::No)
    }
}
