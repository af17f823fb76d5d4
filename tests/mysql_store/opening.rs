//! What may be wrong with a URL, a right or a table, and how it is told.

use std::net::TcpListener;

use lockproof::{MySqlStore, Owner, SchemaMismatch, SqlOptions, StoreError, StoreErrorKind, TableName};
use lockproof_test_servers::MariaDb;

use crate::calls::{LONG, acquire, database, few, holder, pool, run, try_acquire};

const PASSWORD: &str = "hunter2";

async fn refused(url: &str, options: SqlOptions) -> StoreError {
    let error = MySqlStore::open_with(url, options).await.expect_err("refused");
    let mut words = format!("{error} {error:?}");
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        words += &format!("{cause} {cause:?}");
        source = cause.source();
    }
    assert!(!words.contains(PASSWORD), "{words}");
    error
}

async fn is_misconfigured(url: &str, words: &str) {
    let error = refused(url, few()).await;
    assert_eq!(error.kind(), StoreErrorKind::Misconfigured, "{error}");
    assert!(error.to_string().contains(words), "{error}");
}

/// A user with this password and these rights on the database.
fn user(url: &str, rights: &str) -> String {
    let server = MariaDb::shared();
    let (_, database) = url.rsplit_once('/').expect("a database");
    let user = format!("user_{database}");
    let mut sql = format!("CREATE USER {user} IDENTIFIED BY '{PASSWORD}';");
    if !rights.is_empty() {
        sql += &format!("GRANT {rights} ON {database}.* TO {user};");
    }
    server.sql(url, &sql);
    format!("mysql://{user}:{PASSWORD}@127.0.0.1:{}/{database}", server.port())
}

#[tokio::test]
async fn a_url_of_something_else_is_refused() {
    for scheme in ["mongodb", "postgres", "http", "redis"] {
        is_misconfigured(&format!("{scheme}://u:{PASSWORD}@127.0.0.1/db"), "begins with `mysql://`").await;
    }
    is_misconfigured(&format!("mysql:u:{PASSWORD}@127.0.0.1/db"), "begins with `mysql://`").await;
    is_misconfigured("", "begins with `mysql://`").await;
    is_misconfigured(&format!("mysql://u:{PASSWORD}@127.0.0.1:port/db"), "cannot be read").await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_with_the_cause() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("bound").port();
    drop(listener);
    let error = refused(&format!("mysql://u:{PASSWORD}@127.0.0.1:{port}/db"), few()).await;
    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    let words = error.to_string();
    assert!(words.contains(&format!("127.0.0.1:{port}")) && words.contains("refused"), "{words}");
}

#[tokio::test]
async fn a_wrong_password_and_a_wrong_database_are_told() {
    let url = MariaDb::shared().database();
    let with_rights = user(&url, "ALL");
    is_misconfigured(&with_rights.replace(PASSWORD, "wrong"), "check user and password").await;
    let (server, _) = url.rsplit_once('/').expect("a database");
    is_misconfigured(&format!("{server}/nosuchdb"), "make the database first").await;
    is_misconfigured(server, "name a database in the URL").await;
}

#[tokio::test]
async fn a_right_that_is_missing_is_told_and_no_other_is_needed() {
    let url = MariaDb::shared().database();
    let limited = user(&url, "SELECT, INSERT, UPDATE, DELETE");
    is_misconfigured(&limited, "CREATE").await;
    MySqlStore::open(&url).await.expect("made by somebody who may");
    let store = MySqlStore::open(&limited).await.expect("it is there");
    store.ensure_schema().await.expect("it is there");
    acquire(&store, "k", &Owner::unique()).await;

    let url = MariaDb::shared().database();
    MySqlStore::open(&url).await.expect("made by somebody who may");
    let store = MySqlStore::open(user(&url, "SELECT")).await.expect("it is there");
    let error = try_acquire(&store, "k", &Owner::unique(), LONG).await.expect_err("refused");
    assert_eq!(error.kind(), StoreErrorKind::Misconfigured);
    assert!(error.to_string().contains("grant this user"), "{error}");
}

#[tokio::test]
async fn a_table_that_is_not_there_is_told_or_made() {
    let url = database();
    let error = refused(&url, few().create_table(false)).await;
    let source = std::error::Error::source(&error).and_then(|source| source.downcast_ref::<SchemaMismatch>());
    assert!(source.is_some_and(|source| !source.is_there()), "{error}");
    assert!(error.to_string().contains("there is no table `lockproof_locks`"), "{error}");

    sqlx::raw_sql(sqlx::AssertSqlSafe(MySqlStore::schema(&TableName::new("locks").expect("a name"))))
        .execute(&pool(&url, 1))
        .await
        .expect("the text makes it");
    let options = few().table(TableName::new("locks").expect("a name")).create_table(false);
    acquire(&MySqlStore::open_with(&url, options).await.expect("it is there"), "k", &Owner::unique()).await;
}

#[tokio::test]
async fn a_table_in_another_database_is_made_and_used() {
    let (here, there) = (database(), database());
    let (_, name) = there.rsplit_once('/').expect("a database");
    let table = TableName::new(&format!("{name}.order")).expect("a name");
    let store = MySqlStore::open_with(&here, few().table(table.clone())).await.expect("opens");
    acquire(&store, "k", &Owner::unique()).await;
    let other = TableName::new("order").expect("a name");
    let other = MySqlStore::open_with(&there, few().table(other).create_table(false)).await.expect("opens");
    assert!(holder(&other, "k").await.is_some());
}

#[tokio::test]
async fn a_table_of_another_shape_is_refused_before_it_does_harm() {
    let url = database();
    let pool = pool(&url, 1);
    run(&pool, "CREATE TABLE lockproof_locks (id INT PRIMARY KEY, owner TEXT)").await;
    is_misconfigured(&url, "has no `key varbinary(512)`").await;
    run(&pool, "DROP TABLE lockproof_locks").await;

    MySqlStore::open(&url).await.expect("opens");
    // In upper and lower case it would be the same lock.
    run(&pool, "ALTER TABLE lockproof_locks MODIFY `key` VARCHAR(512) NOT NULL").await;
    is_misconfigured(&url, "has no `key varbinary(512)`").await;
    run(&pool, "ALTER TABLE lockproof_locks MODIFY `key` VARBINARY(512) NOT NULL").await;
    run(&pool, "ALTER TABLE lockproof_locks MODIFY expires_at DATETIME NOT NULL").await;
    is_misconfigured(&url, "has no `expires_at datetime(6)`").await;
}

#[tokio::test]
async fn the_migrator_and_ensure_schema_come_in_any_order() {
    let url = database();
    let table = TableName::new("locks").expect("a name");
    let pool = pool(&url, 2);
    let migrator = MySqlStore::migrator(&table);
    migrator.run(&pool).await.expect("makes it");
    let store = MySqlStore::open_with(&url, few().table(table.clone())).await.expect("opens");
    acquire(&store, "k", &Owner::unique()).await;
    migrator.undo(&pool, 0).await.expect("drops it");
    try_acquire(&store, "k", &Owner::unique(), LONG).await.expect_err("it is gone");
    store.ensure_schema().await.expect("makes it");
    migrator.run(&pool).await.expect("it is there");
    acquire(&store, "k", &Owner::unique()).await;
}
