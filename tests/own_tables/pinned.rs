//! A table without a fence, in the database of the lock's row.

use lockproof::{
    FencingToken, Filter, LockKey, Locked, Locks, Order as OrderBy, Persistent, Pooled, SqlOptions,
    StoreError, TableName, field, testing::StorageHarness,
};
use sqlx::{AssertSqlSafe, Pool};
use tokio::sync::OnceCell;

use crate::entities::{Note, note};

/// Not the name that it has by itself.
const LOCKS: &str = "app_locks";

macro_rules! pinned {
    (
        $name:ident, $feature:literal, $database:ty, $place:ty, $store:ty,
        open: $open:expr, notes: $notes:literal, taken: $taken:expr, key: $key:expr,
    ) => {
        #[cfg(feature = $feature)]
        pub(crate) mod $name {
            use super::*;
            use crate::{entities::$name::notes, homes::$name::pool};

            /// A database with locks and notes.
            pub(crate) struct Place {
                pub(crate) at: $place,
                store: OnceCell<$store>,
            }

            impl Place {
                pub(crate) fn new() -> Self {
                    Self { at: <$place>::new(), store: OnceCell::new() }
                }

                pub(crate) async fn store(&self) -> Result<$store, StoreError> {
                    let open = async || {
                        let table = TableName::new(LOCKS).expect("a name");
                        let options = SqlOptions::new().table(table);
                        let open: fn(String, SqlOptions) -> _ = $open;
                        open(self.at.url(), options).await
                    };
                    self.store.get_or_try_init(open).await.cloned()
                }

                pub(crate) async fn pool(&self) -> Result<Pool<$database>, StoreError> {
                    pool(&self.at.url(), $notes).await
                }

                pub(crate) async fn notes(&self) -> Result<Pooled<Note, $database>, StoreError> {
                    notes("notes").pinned(self.pool().await?, &self.store().await?).await
                }
            }

            impl StorageHarness for Place {
                type Entity = Note;
                type Storage = Pooled<Note, $database>;

                async fn open(&self) -> Result<Self::Storage, StoreError> {
                    self.notes().await
                }

                async fn locks(&self) -> Result<Locks, StoreError> {
                    Ok(Locks::new(self.store().await?))
                }

                async fn taken(&self, key: &LockKey, token: FencingToken) -> Result<(), StoreError> {
                    let taken = sqlx::query(AssertSqlSafe($taken.replace("{locks}", LOCKS)));
                    taken.bind($key(key.as_str())).bind(token.as_i64()).execute(&self.pool().await?).await?;
                    Ok(())
                }

                crate::homes::entities!(Note, number, note);

                fn with_text(&self, id: u32, text: &str) -> Option<Note> {
                    Some(Note { text: text.into(), ..note(id, 7) })
                }

                fn with_id(&self, id: &str) -> Option<Note> {
                    Some(Note { title: id.into(), text: String::new(), number: i64::MIN })
                }
            }

            lockproof::testing::storage_conformance!(pinned, Place::new());
        }
    };
}

pinned! {
    sqlite, "sqlite", sqlx::Sqlite, crate::homes::File, lockproof::SqliteStore,
    open: |url, options| async move {
        let path = url.trim_start_matches("sqlite:").trim_end_matches("?mode=rwc").to_owned();
        lockproof::SqliteStore::open_with(path, options).await
    },
    notes: "CREATE TABLE IF NOT EXISTS notes (
        title TEXT PRIMARY KEY, text TEXT NOT NULL, number INTEGER NOT NULL, version INTEGER NOT NULL)",
    taken: "INSERT INTO {locks} (key, owner, label, token, acquired_at, expires_at) VALUES (?, 'somebody', '', ?, 0, 0)
        ON CONFLICT (key) DO UPDATE SET owner = excluded.owner, token = excluded.token, expires_at = 0
        WHERE token < excluded.token",
    key: str::to_owned,
}

pinned! {
    postgres, "postgres", sqlx::Postgres, crate::homes::Database<lockproof_test_servers::PostgresKind>,
    lockproof::PostgresStore,
    open: |url, options| async move { lockproof::PostgresStore::open_with(&url, options).await },
    notes: "CREATE TABLE IF NOT EXISTS notes (
        title text PRIMARY KEY, text text NOT NULL, number bigint NOT NULL, version bigint NOT NULL)",
    taken: "INSERT INTO {locks} AS held (key, owner, label, token, acquired_at, expires_at)
        VALUES ($1, 'somebody', '', $2, '2000-01-01', '2000-01-01')
        ON CONFLICT (key) DO UPDATE SET owner = excluded.owner, token = excluded.token, expires_at = excluded.expires_at
        WHERE held.token < excluded.token",
    key: |key: &str| key.as_bytes().to_vec(),
}

pinned! {
    mysql, "mysql", sqlx::MySql, crate::homes::Database<lockproof_test_servers::MariaDbKind>,
    lockproof::MySqlStore,
    open: |url, options| async move { lockproof::MySqlStore::open_with(url, options).await },
    notes: "CREATE TABLE IF NOT EXISTS notes (
        title varchar(100) PRIMARY KEY, text longtext NOT NULL, number bigint NOT NULL, version bigint NOT NULL)
        CHARACTER SET utf8mb4 COLLATE (exact)",
    taken: "INSERT INTO {locks} (`key`, owner, label, token, acquired_at, expires_at)
        VALUES (?, 'somebody', '', ?, '2000-01-01', '2000-01-01')
        ON DUPLICATE KEY UPDATE owner = IF(VALUES(token) > token, VALUES(owner), owner),
        expires_at = IF(VALUES(token) > token, VALUES(expires_at), expires_at), token = GREATEST(token, VALUES(token))",
    key: |key: &str| key.as_bytes().to_vec(),
}
