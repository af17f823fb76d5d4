//! The three ways to the table, in any order.

use std::{error::Error, time::Duration};

use futures::future::join_all;
use lockproof::{LockStore, Owner, SchemaMismatch, SqlOptions, SqliteStore, StoreErrorKind, TableName};
use sqlx::{
    AssertSqlSafe, SqlSafeStr, SqlitePool,
    migrate::{Migration, MigrationType, Migrator},
    sqlite::SqlitePoolOptions,
};

use super::{
    calls::{acquire, release},
    sqlite::File,
};

fn table(name: &str) -> TableName {
    TableName::new(name).expect("a name")
}

fn pool(file: &File) -> SqlitePool {
    let options = file.options().create_if_missing(true).busy_timeout(Duration::from_secs(5));
    SqlitePoolOptions::new().max_connections(2).connect_lazy_with(options)
}

async fn run(pool: &SqlitePool, sql: String) {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(pool).await.expect("runs");
}

/// What is in the file, but for what SQLite itself has put there.
async fn things(pool: &SqlitePool) -> Vec<String> {
    let all = "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
    sqlx::query_scalar(all).fetch_all(pool).await.expect("reads")
}

async fn records(pool: &SqlitePool) -> i64 {
    let count = "SELECT count(*) FROM _lockproof_migrations WHERE success";
    sqlx::query_scalar(count).fetch_one(pool).await.expect("reads")
}

/// Opens without the right to make anything, and uses the table.
async fn works(pool: &SqlitePool, name: &str) {
    let options = SqlOptions::new().table(table(name)).create_table(false);
    let store = SqliteStore::from_pool_with(pool.clone(), options).await.expect("it is there");
    let me = Owner::unique();
    acquire(&store, "k", &me).await;
    release(&store, "k", &me).await;
}

/// What the application has, which knows nothing of locks.
fn of_application(versions: i64) -> Migrator {
    let all = [
        "CREATE TABLE accounts (id INTEGER PRIMARY KEY)",
        "ALTER TABLE accounts ADD COLUMN cents INTEGER NOT NULL DEFAULT 0",
    ];
    let migration = |(number, sql): (i64, &'static str)| {
        Migration::new(number, "accounts".into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations((1..=versions).zip(all).map(migration).collect())
}

#[tokio::test]
async fn the_text_makes_a_table_of_any_name_and_drops_it() {
    let file = File::new();
    let pool = pool(&file);
    for name in ["lockproof_locks", "Locks", "order", "main.locks_of_main"] {
        let table = table(name);
        for _ in 0..2 {
            run(&pool, SqliteStore::schema(&table)).await;
        }
        works(&pool, name).await;
        run(&pool, SqliteStore::schema_down(&table)).await;
        assert!(things(&pool).await.is_empty(), "{name}");
    }
}

#[tokio::test]
async fn the_migrator_lives_beside_that_of_the_application() {
    let file = File::new();
    let pool = pool(&file);
    of_application(1).run(&pool).await.expect("the application begins");
    for _ in 0..2 {
        SqliteStore::migrator(&TableName::locks()).run(&pool).await.expect("the locks' own");
    }
    works(&pool, "lockproof_locks").await;
    of_application(2).run(&pool).await.expect("the application goes on");
    SqliteStore::migrator(&TableName::locks()).undo(&pool, 0).await.expect("the way down");
    assert_eq!(records(&pool).await, 0);
    assert_eq!(things(&pool).await, ["_lockproof_migrations", "_sqlx_migrations", "accounts"]);
    SqliteStore::migrator(&TableName::locks()).run(&pool).await.expect("and up again");
    works(&pool, "lockproof_locks").await;
}

#[tokio::test]
async fn each_way_may_come_after_any_other() {
    let locks = TableName::locks();
    for order in ["me", "em", "tem", "tme", "mem", "eme", "tet", "mt", "et"] {
        let file = File::new();
        let pool = pool(&file);
        for way in order.chars() {
            match way {
                't' => run(&pool, SqliteStore::schema(&locks)).await,
                'm' => SqliteStore::migrator(&locks).run(&pool).await.expect(order),
                _ => drop(SqliteStore::from_pool(pool.clone()).await.expect(order)),
            }
        }
        works(&pool, "lockproof_locks").await;
        if order.contains('m') {
            assert_eq!(records(&pool).await, 2, "{order}");
            SqliteStore::migrator(&locks).undo(&pool, 0).await.expect(order);
            assert_eq!(things(&pool).await, ["_lockproof_migrations"], "{order}");
        }
    }
}

#[tokio::test]
async fn tables_of_two_names_share_the_records() {
    let file = File::new();
    let pool = pool(&file);
    SqliteStore::migrator(&table("one")).run(&pool).await.expect("runs");
    SqliteStore::migrator(&table("main.two")).run(&pool).await.expect("runs");
    assert_eq!(records(&pool).await, 4);
    SqliteStore::migrator(&table("one")).undo(&pool, 0).await.expect("runs");
    assert_eq!(things(&pool).await, ["_lockproof_migrations", "two", "two_held"]);
    works(&pool, "two").await;
}

#[tokio::test]
async fn a_table_that_was_dropped_by_hand_is_made_again() {
    let file = File::new();
    let pool = pool(&file);
    let store = SqliteStore::from_pool(pool.clone()).await.expect("opens");
    assert_eq!(records(&pool).await, 2);
    run(&pool, "DROP TABLE lockproof_locks".into()).await;
    store.ensure_schema().await.expect("makes it");
    assert_eq!(records(&pool).await, 2);
    acquire(&store, "k", &Owner::unique()).await;
    run(&pool, "DROP INDEX lockproof_locks_held".into()).await;
    store.ensure_schema().await.expect("makes it");
    assert_eq!(things(&pool).await, ["_lockproof_migrations", "lockproof_locks", "lockproof_locks_held"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_tasks_bring_an_earlier_version_up_to_date_at_once() {
    let file = File::new();
    make_earlier(&pool(&file)).await;
    let opened = join_all((0..50).map(|_| tokio::spawn(SqliteStore::open(file.path())))).await;
    for store in opened {
        store.expect("no panic").expect("opens");
    }
    let pool = pool(&file);
    assert_eq!(records(&pool).await, 2);
    assert!(things(&pool).await.contains(&"lockproof_locks_held".to_owned()));
}

#[tokio::test]
async fn a_file_of_an_earlier_version_that_cannot_be_changed_opens_as_it_is() {
    let file = File::new();
    make_earlier(&pool(&file)).await;
    let read_only = SqlitePoolOptions::new().connect_lazy_with(file.options().read_only(true));
    let store = SqliteStore::from_pool(read_only).await.expect("it has all that is needed");
    assert_eq!(store.list(lockproof::List::new(String::new(), None, 9)).await.expect("reads").len(), 0);
    let error = store.ensure_schema().await.expect_err("it cannot be written");
    assert_eq!(error.kind(), StoreErrorKind::Misconfigured, "{error}");
    works(&pool(&file), "lockproof_locks").await;
    assert_eq!(things(&pool(&file)).await, ["lockproof_locks"]);
}

#[tokio::test]
async fn a_table_that_is_missing_or_of_another_shape_is_told_by_a_type() {
    let file = File::new();
    let pool = pool(&file);
    let open = |make| {
        let options = SqlOptions::new().table(table("locks")).create_table(make);
        SqliteStore::from_pool_with(pool.clone(), options)
    };
    let error = open(false).await.expect_err("no table");
    let mismatch = mismatch(&error);
    assert!(!mismatch.is_there());
    assert_eq!(mismatch.table().as_str(), "locks");
    assert!(error.to_string().contains("there is no table `locks`; `ensure_schema()`"), "{error}");

    for other in [
        "(key TEXT, until INTEGER)",
        "(key TEXT, owner TEXT, label TEXT, token INTEGER, acquired_at INTEGER, expires_at INTEGER)",
        "(key TEXT, owner TEXT, label TEXT, token TEXT, acquired_at INTEGER, expires_at INTEGER, asked)",
    ] {
        run(&pool, format!("DROP TABLE IF EXISTS locks; CREATE TABLE locks {other}")).await;
        for make in [true, false] {
            let error = open(make).await.expect_err("another shape");
            let mismatch = self::mismatch(&error);
            assert!(mismatch.is_there());
            assert!(mismatch.missing().any(|it| it == "asked text"), "{error}");
            assert!(mismatch.missing().all(|it| it != "key text"), "{error}");
            assert!(error.to_string().contains("asked text`; if it is this crate's"), "{error}");
        }
    }
    assert_eq!(things(&pool).await, ["locks"], "nothing was made beside it");
}

fn mismatch(error: &lockproof::StoreError) -> &SchemaMismatch {
    assert_eq!(error.kind(), StoreErrorKind::Misconfigured, "{error}");
    error.source().and_then(|source| source.downcast_ref()).expect("it says what is missing")
}

/// The table as it was before it had an index, with nothing that says so.
async fn make_earlier(pool: &SqlitePool) {
    let schema = SqliteStore::schema(&TableName::locks());
    let table = schema.split(';').next().expect("the table itself comes first");
    run(pool, table.into()).await;
    assert_eq!(things(pool).await, ["lockproof_locks"]);
}
