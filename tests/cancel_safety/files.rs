//! What is there for files only.

use std::{cell::Cell, path::PathBuf, sync::Arc, time::Duration};

use lockproof::{
    Acquire, Label, LockKey, LockStore, Owner, Pooled, SqlOptions, SqlTable, SqliteDocuments, SqliteStore,
    TableName, Ttl, field,
};
use sqlx::{
    Row, Sqlite, SqlitePool,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};

use crate::{
    drive::{Case, case},
    world::{Account, Stores, World},
};

/// Entities in a table of one's own.
pub(crate) type Rows = Pooled<Account, Sqlite>;

/// A file with locks and entities.
pub(crate) struct Place {
    pub(crate) store: SqliteStore,
    /// The same file, without the connections that the services use.
    pub(crate) beneath: SqliteStore,
    pub(crate) accounts: SqliteDocuments<Account>,
    folder: tempfile::TempDir,
    files: Cell<u32>,
}

impl Place {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a directory");
        let file = folder.path().join("home.db");
        Self {
            store: SqliteStore::open(&file).await.expect("opens"),
            beneath: SqliteStore::open(&file).await.expect("opens"),
            accounts: SqliteDocuments::open(&file).await.expect("opens"),
            folder,
            files: Cell::new(0),
        }
    }

    pub(crate) fn stores(&self) -> Stores {
        (Arc::new(self.store.clone()), Arc::new(self.beneath.clone()))
    }

    /// A table of one's own in the file.
    pub(crate) async fn rows(&self) -> Rows {
        let options = SqliteConnectOptions::new().filename(self.folder.path().join("home.db"));
        let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await.expect("opens");
        let schema = "CREATE TABLE accounts (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL,
                      fence INTEGER NOT NULL, version INTEGER NOT NULL)";
        sqlx::query(schema).execute(&pool).await.expect("a new table");
        let table = SqlTable::<Account, Sqlite>::builder("accounts")
            .id_with("id", |id| id.cast_signed())
            .column(field!(Account.balance))
            .makes_ids(i64::cast_unsigned)
            .build_with(|row| {
                let id: i64 = row.try_get("id")?;
                Ok(Account { id: id.cast_unsigned(), balance: row.try_get("balance")? })
            });
        table.expect("a table").pooled(pool)
    }

    pub(crate) fn new_file(&self) -> PathBuf {
        self.files.set(self.files.get() + 1);
        self.folder.path().join(format!("new-{}.db", self.files.get()))
    }
}

pub(crate) fn cases() -> Vec<Case> {
    let cases = vec![
        case(&["SqliteStore::open"], "of a new file", async |world: &World| {
            let path = world.new_file();
            drop(world.dropped(SqliteStore::open(path)).await);
            works(&SqliteStore::open(path).await.expect("opens")).await;
        }),
        case(&["SqliteStore::from_pool"], "with a new file", async |world: &World| {
            let pool = pool(world).await;
            drop(world.dropped(SqliteStore::from_pool(pool.clone())).await);
            works(&SqliteStore::from_pool(pool).await.expect("opens")).await;
        }),
        case(
            &["SqliteStore::open_with"],
            "of a new file, with a table of another name",
            async |world: &World| {
                let path = world.new_file();
                drop(world.dropped(SqliteStore::open_with(path, other_table())).await);
                works(&SqliteStore::open_with(path, other_table()).await.expect("opens")).await;
            },
        ),
        case(
            &["SqliteStore::from_pool_with"],
            "with a new file and a table of another name",
            async |world: &World| {
                let pool = pool(world).await;
                drop(world.dropped(SqliteStore::from_pool_with(pool.clone(), other_table())).await);
                works(&SqliteStore::from_pool_with(pool, other_table()).await.expect("opens")).await;
            },
        ),
        case(&["SqliteStore::prune"], "of a store that works", async |world: &World| {
            let store = SqliteStore::open(world.new_file()).await.expect("opens");
            drop(world.dropped(store.prune(Duration::from_secs(3600))).await);
            assert_eq!(store.prune(Duration::from_secs(3600)).await.expect("answers"), 0);
            works(&store).await;
        }),
        case(&["SqliteStore::ensure_schema"], "of a store that works", async |world: &World| {
            let store = SqliteStore::open(world.new_file()).await.expect("opens");
            drop(world.dropped(store.ensure_schema()).await);
            store.ensure_schema().await.expect("it is there");
            works(&store).await;
        }),
    ];
    cases.into_iter().map(Case::alone).collect()
}

pub(crate) fn other_table() -> SqlOptions {
    SqlOptions::new().table(TableName::new("other").expect("a name"))
}

/// One connection, so that one that was not given back is missed.
pub(crate) async fn pool(world: &World) -> SqlitePool {
    let options = SqliteConnectOptions::new().filename(world.new_file()).create_if_missing(true);
    SqlitePoolOptions::new().max_connections(1).connect_with(options).await.expect("connects")
}

async fn works(store: &SqliteStore) {
    let key = LockKey::new("k").expect("a valid key");
    let request = Acquire::new(key.clone(), Owner::unique(), Label::new("somebody"), Ttl::DEFAULT);
    store.acquire(request).await.expect("answers");
    store.force_release(lockproof::ForceRelease::new(key)).await.expect("answers");
}
