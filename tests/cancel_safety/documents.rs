//! The calls that open homes of entities, and those that prepare a user's own table for locks.

use lockproof::Storage;

use crate::{
    drive::{Case, case},
    world::{Account, World},
};

/// The doors of one kind of documents: `at` is a new place, `pool` a pool of one connection to a new one.
macro_rules! doors {
    ($documents:ident, at: |$world:ident| $at:expr, pool: $pool:expr, other: $other:expr) => {
        vec![
            case(&[concat!(stringify!($documents), "::open")], "of a new place", async |$world: &World| {
                let at = $at;
                drop($world.dropped(lockproof::$documents::<Account>::open(at)).await);
                reads(&lockproof::$documents::open(at).await.expect("opens")).await;
            }),
            case(
                &[concat!(stringify!($documents), "::open_with")],
                "of a new place, with a table of another name",
                async |$world: &World| {
                    let at = $at;
                    drop($world.dropped(lockproof::$documents::<Account>::open_with(at, $other)).await);
                    reads(&lockproof::$documents::open_with(at, $other).await.expect("opens")).await;
                },
            ),
            case(
                &[concat!(stringify!($documents), "::from_pool")],
                "with a new place",
                async |$world: &World| {
                    let pool = $pool;
                    drop($world.dropped(lockproof::$documents::<Account>::from_pool(pool.clone())).await);
                    reads(&lockproof::$documents::from_pool(pool).await.expect("opens")).await;
                },
            ),
            case(
                &[concat!(stringify!($documents), "::from_pool_with")],
                "with a new place and a table of another name",
                async |$world: &World| {
                    let pool = $pool;
                    let opening = lockproof::$documents::<Account>::from_pool_with(pool.clone(), $other);
                    drop($world.dropped(opening).await);
                    reads(&lockproof::$documents::from_pool_with(pool, $other).await.expect("opens")).await;
                },
            ),
            case(
                &[concat!(stringify!($documents), "::ensure_schema")],
                "of documents that are there",
                async |$world: &World| {
                    let documents = lockproof::$documents::<Account>::from_pool($pool).await.expect("opens");
                    drop($world.dropped(documents.ensure_schema()).await);
                    documents.ensure_schema().await.expect("it is there");
                    reads(&documents).await;
                },
            ),
        ]
    };
}

#[cfg(feature = "mysql")]
pub(crate) fn mysql() -> Vec<Case> {
    use crate::servers::{mysql::pool, other_table};

    let cases = doors!(
        MySqlDocuments,
        at: |world| &lockproof_test_servers::mysql_database(),
        pool: pool(),
        other: other_table()
    );
    cases.into_iter().map(Case::alone).collect()
}

#[cfg(feature = "postgres")]
pub(crate) fn postgres() -> Vec<Case> {
    use crate::servers::{other_table, postgres::pool};

    let cases = doors!(
        PostgresDocuments,
        at: |world| &lockproof_test_servers::Postgres::shared().database(),
        pool: pool(),
        other: other_table()
    );
    cases.into_iter().map(Case::alone).collect()
}

#[cfg(feature = "sqlite")]
pub(crate) fn sqlite() -> Vec<Case> {
    use lockproof::{Pooled, SqlTable, SqliteStore, field};
    use sqlx::{Row, Sqlite, SqlitePool};

    use crate::files::{other_table, pool};

    async fn legacy(pool: &SqlitePool) -> SqlTable<Account, Sqlite> {
        let table = "CREATE TABLE accounts (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL)";
        sqlx::query(table).execute(pool).await.expect("a new table");
        let table = SqlTable::<Account, Sqlite>::builder("accounts")
            .id_with("id", |id| id.cast_signed())
            .column(field!(Account.balance))
            .build_with(|row| {
                let id: i64 = row.try_get("id")?;
                Ok(Account { id: id.cast_unsigned(), balance: row.try_get("balance")? })
            });
        table.expect("a table")
    }

    async fn prepared(rows: &Pooled<Account, Sqlite>) {
        rows.add_columns().await.expect("added");
        rows.add_trigger().await.expect("made");
        reads(rows).await;
    }

    let doors =
        doors!(SqliteDocuments, at: |world| world.new_file(), pool: pool(world).await, other: other_table());
    let tables = vec![
        case(&["SqlTable::pinned"], "beside its locks", async |world: &World| {
            let pool = pool(world).await;
            let store = SqliteStore::from_pool(pool.clone()).await.expect("opens");
            let table = legacy(&pool).await;
            drop(world.dropped(table.clone().pinned(pool.clone(), &store)).await);
            prepared(&table.pinned(pool, &store).await.expect("it is there")).await;
        }),
        case(&["Pooled::add_columns"], "of a table without them", async |world: &World| {
            let pool = pool(world).await;
            let rows = legacy(&pool).await.pooled(pool);
            drop(world.dropped(rows.add_columns()).await);
            prepared(&rows).await;
        }),
        case(&["Pooled::add_trigger"], "of a table without it", async |world: &World| {
            let pool = pool(world).await;
            let rows = legacy(&pool).await.pooled(pool);
            rows.add_columns().await.expect("added");
            drop(world.dropped(rows.add_trigger()).await);
            prepared(&rows).await;
        }),
    ];
    doors.into_iter().chain(tables).map(Case::alone).collect()
}

async fn reads(home: &impl Storage<Account>) {
    assert!(home.find(&1).await.expect("answers").is_none());
}
