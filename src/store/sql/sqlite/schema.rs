//! SQL text only; `{table}` is the name of the table. `?` numbers are in the order in which `ops.rs` binds.
//!
//! A lock runs while it has an owner and `expires_at` lies ahead. Its row stays when it is free, so that its token never
//! falls. Times are milliseconds since 1970, tokens microseconds or one more than the last. Every statement is a
//! transaction of its own, and within one of them "now" stands still.

use crate::store::sql::{
    migrations::{Schema, Version},
    statements::Quote,
};

/// The store's clock: milliseconds since 1970. `julianday` has them exactly but for the rounding of a double, hence the
/// half; `unixepoch('subsec')` is NULL before SQLite 3.42.
macro_rules! now {
    () => {
        "CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER)"
    };
}
pub(crate) use now;

/// The expiry of a lock whose ttl in milliseconds is bound as this; NULL is never.
macro_rules! expiry {
    ($ttl:literal) => {
        concat!("coalesce(", now!(), " + ", $ttl, ", 9223372036854775807)")
    };
}

/// The columns that `LockRow` reads.
macro_rules! row {
    () => {
        concat!(
            "key, owner, label, token, asked, acquired_at * 1000 AS since, \
             iif(expires_at = 9223372036854775807, NULL, (expires_at - ",
            now!(),
            ") * 1000) AS remaining"
        )
    };
}

pub(super) const SCHEMA: Schema =
    Schema { of: "locks", quote: Quote::DOUBLE, versions: &[TABLE, HELD], found: FOUND };

/// `TEXT` with its binary collation compares bytes: case, accents and trailing blanks count.
const TABLE: Version = Version {
    makes: &[
        "key text",
        "owner text",
        "label text",
        "token integer",
        "acquired_at integer",
        "expires_at integer",
        "asked text",
    ],
    needed: true,
    up: "
CREATE TABLE IF NOT EXISTS {table} (
    key         TEXT    NOT NULL COLLATE BINARY PRIMARY KEY,
    owner       TEXT    COLLATE BINARY,
    label       TEXT    NOT NULL,
    token       INTEGER NOT NULL CHECK (typeof(token) = 'integer' AND token BETWEEN 1 AND 9007199254740992),
    acquired_at INTEGER NOT NULL CHECK (typeof(acquired_at) = 'integer'),
    expires_at  INTEGER NOT NULL CHECK (typeof(expires_at) = 'integer'),
    asked       TEXT
) WITHOUT ROWID",
    down: "DROP TABLE IF EXISTS {table}",
};

/// The locks that somebody has, so that `list` does not go through those that nobody has. A renewal leaves it alone.
const HELD: Version = Version {
    makes: &["{name}_held"],
    needed: false,
    up: "CREATE INDEX IF NOT EXISTS {qualifier}{name}_held ON \"{name}\" (key) WHERE owner IS NOT NULL",
    down: "DROP INDEX IF EXISTS {qualifier}{name}_held",
};

/// The columns of the table, with their types, and its indexes. In a column of another type, texts would be numbers.
pub(crate) const FOUND: &str = "SELECT name || ' ' || lower(type) AS found FROM pragma_table_info('{name}', {schema}) \
     UNION ALL SELECT name FROM pragma_index_list('{name}', {schema})";

/// A JSON array of `[key, owner, label, ttl]`, each key once: takes those that are free or have lapsed. (`WHERE true`
/// keeps the parser from reading `ON` as part of a join.)
const TAKE: &str = concat!(
    "INSERT INTO {table} AS held (key, owner, label, token, acquired_at, expires_at) \
     SELECT value ->> '$[0]', value ->> '$[1]', value ->> '$[2]', now * 1000, now, ",
    expiry!("(value ->> '$[3]')"),
    " FROM json_each(?1), (SELECT ",
    now!(),
    " AS now) WHERE true ON CONFLICT (key) DO UPDATE SET owner = excluded.owner, label = excluded.label, \
     token = max(held.token + 1, excluded.token), acquired_at = excluded.acquired_at, \
     expires_at = excluded.expires_at, asked = NULL \
     WHERE (held.owner IS NULL OR held.expires_at <= excluded.acquired_at) AND held.token < 9007199254740992 \
     RETURNING key, token"
);

/// key, owner, ttl: takes again what the owner has.
const TAKE_AGAIN: &str = concat!(
    "UPDATE {table} SET expires_at = max(expires_at, ",
    expiry!("?3"),
    ") WHERE key = ?1 AND owner = ?2 AND expires_at > ",
    now!(),
    " RETURNING token"
);

/// key, owner, ttl.
const EXTEND: &str = concat!(
    "UPDATE {table} SET expires_at = ",
    expiry!("?3"),
    " WHERE key = ?1 AND owner = ?2 AND expires_at > ",
    now!(),
    " RETURNING asked"
);

/// A JSON array of `[key, owner, ttl]`, each key once.
const EXTEND_ALL: &str = concat!(
    "UPDATE {table} AS held SET expires_at = ",
    expiry!("json_extract(wanted.value, '$[2]')"),
    " FROM json_each(?1) AS wanted WHERE held.key = json_extract(wanted.value, '$[0]') \
     AND held.owner = json_extract(wanted.value, '$[1]') AND held.expires_at > ",
    now!(),
    " RETURNING key, asked"
);

/// key, owner. `expires_at` is from then on the time since which nobody has it.
const RELEASE: &str = concat!(
    "UPDATE {table} SET owner = NULL, expires_at = ",
    now!(),
    ", asked = NULL WHERE key = ?1 AND owner = ?2 AND expires_at > ",
    now!(),
    " RETURNING key"
);

/// A JSON array of `[key, owner]`, each key once.
const RELEASE_ALL: &str = concat!(
    "UPDATE {table} AS held SET owner = NULL, expires_at = ",
    now!(),
    ", asked = NULL FROM json_each(?1) AS wanted WHERE held.key = json_extract(wanted.value, '$[0]') AND held.owner = json_extract(wanted.value, '$[1]') \
     AND held.expires_at > ",
    now!(),
    " RETURNING key"
);

/// key, from, to, label, ttl, above: nothing if `to` has it already under a token above that.
const ROTATE: &str = concat!(
    "UPDATE {table} SET owner = ?3, label = ?4, asked = iif(owner = ?3, asked, NULL), \
     token = max(token + 1, ?6 + 1, ",
    now!(),
    " * 1000), acquired_at = ",
    now!(),
    ", expires_at = ",
    expiry!("?5"),
    " WHERE key = ?1 AND owner IN (?2, ?3) AND NOT (owner = ?3 AND token > ?6) \
     AND max(token, ?6) < 9007199254740992 AND expires_at > ",
    now!(),
    " RETURNING token"
);

/// key.
const FORCE: &str = concat!(
    "UPDATE {table} SET owner = NULL, expires_at = ",
    now!(),
    ", asked = NULL, token = max(token + 1, ",
    now!(),
    " * 1000) WHERE key = ?1 AND owner IS NOT NULL AND token < 9007199254740992 AND expires_at > ",
    now!(),
    " RETURNING token"
);

/// key, reason.
const ASK: &str = concat!(
    "UPDATE {table} SET asked = ?2 WHERE key = ?1 AND owner IS NOT NULL AND expires_at > ",
    now!(),
    " RETURNING key"
);

/// key: the row, free or not.
const FIND: &str = concat!("SELECT ", row!(), " FROM {table} WHERE key = ?1");

/// first, end, after, limit: the locks that run from `first` up to `end`, but for `after`.
const LIST: &str = concat!(
    "SELECT ",
    row!(),
    " FROM {table} WHERE key >= ?1 AND key < ?2 AND key <> ?3 AND owner IS NOT NULL AND expires_at > ",
    now!(),
    " ORDER BY key LIMIT ?4"
);

/// Nobody has had the lock for as many milliseconds as are bound as this, and the clock, even one set back by as much,
/// gives a higher token. (Rows of earlier versions have been free since 1970.)
macro_rules! idle {
    ($idle:literal) => {
        concat!(
            "expires_at <= ",
            now!(),
            " - ",
            $idle,
            " AND typeof(token) = 'integer' AND token < (",
            now!(),
            " - ",
            $idle,
            ") * 1000"
        )
    };
}

/// after, idle, limit.
const LOOK_FOR_IDLE: &str =
    concat!("SELECT key, ", idle!("?2"), " AS idle FROM {table} WHERE key > ?1 ORDER BY key LIMIT ?3");

/// A JSON array of keys, idle.
const PRUNE: &str = concat!(
    "DELETE FROM {table} WHERE key IN (SELECT value FROM json_each(?1)) AND ",
    idle!("?2"),
    " RETURNING key"
);

statements! {
    Quote::DOUBLE,
    Statements {
        take: TAKE,
        take_again: TAKE_AGAIN,
        extend: EXTEND,
        extend_all: EXTEND_ALL,
        release: RELEASE,
        release_all: RELEASE_ALL,
        rotate: ROTATE,
        force: FORCE,
        ask: ASK,
        find: FIND,
        list: LIST,
        look_for_idle: LOOK_FOR_IDLE,
        prune: PRUNE,
    }
}

#[cfg(test)]
mod tests {
    use sqlx::{AssertSqlSafe, ConnectOptions, Row, SqliteConnection, sqlite::SqliteConnectOptions};

    use super::*;
    use crate::store::{TableName, sql::migrations::Migrations};

    /// How SQLite goes about a statement.
    async fn plan(connection: &mut SqliteConnection, statement: &sqlx::SqlStr) -> String {
        let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", statement.as_str()));
        let rows = sqlx::query(explain).fetch_all(connection).await.expect("a plan");
        rows.iter().map(|row| row.get::<String, _>("detail") + "\n").collect()
    }

    #[tokio::test]
    async fn nothing_but_pruning_goes_through_rows_that_nobody_has() {
        let mut connection = SqliteConnectOptions::new().connect().await.expect("memory");
        let table = TableName::new("t").expect("a name");
        let schema = Migrations::over(&SCHEMA, &table).up();
        sqlx::raw_sql(AssertSqlSafe(schema)).execute(&mut connection).await.expect("runs");
        let sql = Statements::over(&table);
        let list = plan(&mut connection, &sql.list).await;
        println!("{list}");
        assert!(list.contains("INDEX t_held (key>? AND key<?)") && !list.contains("SCAN"), "{list}");
        for one in [&sql.take_again, &sql.extend, &sql.release, &sql.rotate, &sql.force, &sql.ask, &sql.find]
        {
            let plan = plan(&mut connection, one).await;
            assert!(
                plan.contains("PRIMARY KEY (key=?)") && !plan.contains("SCAN"),
                "{}\n{plan}",
                one.as_str()
            );
        }
        for many in [&sql.extend_all, &sql.release_all] {
            let plan = plan(&mut connection, many).await;
            assert!(plan.contains("PRIMARY KEY (key=?)") && !plan.contains("SCAN held"), "{plan}");
        }
    }
}
