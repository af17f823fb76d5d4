//! What a store says when it is opened.

use std::error::Error;

use futures::future::join_all;
use lockproof::{AcquireReply, Owner, PostgresStore, SchemaMismatch, StoreError, StoreErrorKind, TableName};
use lockproof_test_servers::Postgres;

use super::calls::{LONG, acquire, database, few, number, pool, run, store, try_acquire};

fn refused<T>(result: Result<T, StoreError>, words: &[&str]) -> StoreError {
    let error = result.map(drop).expect_err("refused");
    assert_eq!(error.kind(), StoreErrorKind::Misconfigured, "{error}");
    for word in words {
        assert!(error.to_string().contains(word), "{word:?} is missing in: {error}");
    }
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    error
}

fn of_role(url: &str, role: &str) -> String {
    url.replace("postgres@", &format!("{role}:hunter2@"))
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_what_is_no_url_of_such_a_database() {
    refused(PostgresStore::open("mongodb://u:hunter2@127.0.0.1/d").await, &["postgres://", "mongodb"]);
    refused(PostgresStore::open("127.0.0.1/d").await, &["postgres://"]);
    refused(PostgresStore::open("postgres://u:hunter2@127.0.0.1:port/d").await, &["cannot be read"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_a_role_and_a_database_that_there_is_not() {
    let url = database();
    refused(
        PostgresStore::open(&of_role(&url, "nobody")).await,
        &["\"nobody\"", "the user and the password"],
    );
    let missing = url.rsplit_once('/').expect("a database").0.to_owned() + "/missing";
    refused(PostgresStore::open(&missing).await, &["\"missing\"", "make it first"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_a_wrong_password_at_once() {
    let server = Postgres::start_with(&[("fsync", "off")]);
    let url = server.database();
    let admin = pool(&url, 1);
    run(&admin, "CREATE ROLE app LOGIN PASSWORD 'right'").await;
    let file: String = sqlx::query_scalar("SHOW hba_file").fetch_one(&admin).await.expect("answers");
    let rules = "host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n";
    std::fs::write(file, rules).expect("it is ours");
    run(&admin, "SELECT pg_reload_conf()").await;
    super::calls::soon("the rules are read", async || {
        PostgresStore::open(&of_role(&url, "app"))
            .await
            .is_err_and(|error| error.to_string().contains("password"))
    })
    .await;
    let begun = std::time::Instant::now();
    refused(
        PostgresStore::open(&of_role(&url, "app")).await,
        &["\"app\"", "check the user and the password"],
    );
    assert!(begun.elapsed() < super::calls::PATIENCE);
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_a_table_of_another_shape() {
    let url = database();
    let pool = pool(&url, 1);
    run(&pool, "CREATE TABLE lockproof_locks (key text PRIMARY KEY, until timestamptz)").await;
    for options in [few(), few().create_table(false)] {
        let opened = PostgresStore::open_with(&url, options).await;
        let error = refused(opened, &["lockproof_locks", "key bytea", "wanted_until", "rename"]);
        let mismatch = error.source().and_then(|it| it.downcast_ref::<SchemaMismatch>()).expect("the source");
        assert!(mismatch.is_there() && mismatch.missing().count() == 8, "{mismatch:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn makes_no_table_if_it_is_told_not_to() {
    let url = database();
    let opened = PostgresStore::open_with(&url, few().create_table(false)).await;
    let error = refused(opened, &["lockproof_locks", "ensure_schema()"]);
    let mismatch = error.source().and_then(|it| it.downcast_ref::<SchemaMismatch>()).expect("the source");
    assert!(!mismatch.is_there());
    let pool = pool(&url, 1);
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(number(&pool, tables).await, 0);
    let sql = PostgresStore::schema(&TableName::locks());
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&pool).await.expect("runs");
    let store = PostgresStore::open_with(&url, few().create_table(false)).await.expect("opens");
    acquire(&store, "k", &Owner::unique()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_may_make_no_table_needs_one_that_is_there() {
    let url = database();
    let admin = pool(&url, 1);
    let role = format!("app_{}", url.rsplit_once('/').expect("a database").1);
    let app = of_role(&url, &role);
    let sql = format!("CREATE ROLE {role} LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&admin).await.expect("runs");
    refused(PostgresStore::open_with(&app, few()).await, &["schema public", "CREATE"]);

    store(&url).await;
    let opened = PostgresStore::open_with(&app, few()).await.expect("the table is there");
    refused(
        try_acquire(&opened, "k", &Owner::unique(), LONG).await,
        &["lockproof_locks", "grant the role SELECT, INSERT, UPDATE and DELETE"],
    );
    let sql = format!("GRANT SELECT, INSERT, UPDATE, DELETE ON lockproof_locks TO {role}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&admin).await.expect("runs");
    acquire(&opened, "k", &Owner::unique()).await;
    opened.ensure_schema().await.expect("there is nothing to do");
}

#[tokio::test(flavor = "multi_thread")]
async fn says_that_a_server_is_read_only() {
    let url = database();
    let read_only = url.clone() + "?options=-c%20default_transaction_read_only%3Don";
    refused(PostgresStore::open_with(&read_only, few()).await, &["read-only", "primary"]);
    store(&url).await;
    let opened = PostgresStore::open_with(&read_only, few()).await.expect("the table is there");
    refused(try_acquire(&opened, "k", &Owner::unique(), LONG).await, &["read-only", "primary"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_open_an_empty_database_at_once() {
    let url = database();
    let opened = join_all((0..20).map(|_| PostgresStore::open_with(&url, few().max_connections(1)))).await;
    for store in opened {
        acquire(&store.expect("opens"), &Owner::unique().to_string(), &Owner::unique()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_has_any_name() {
    let url = database();
    run(&pool(&url, 1), "CREATE SCHEMA \"Select\"").await;
    for name in ["order", "Select.Table", "Locks", "locks"] {
        let options = few().table(TableName::new(name).expect("a name"));
        let store = PostgresStore::open_with(&url, options).await.expect(name);
        acquire(&store, "k", &Owner::unique()).await;
    }
    let options = few().table(TableName::new("missing.locks").expect("a name"));
    refused(PostgresStore::open_with(&url, options).await, &["\"missing\"", "make the schema first"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn says_when_the_table_went_away_and_makes_it_again() {
    let url = database();
    let store = store(&url).await;
    acquire(&store, "k", &Owner::unique()).await;
    run(&pool(&url, 1), "DROP TABLE lockproof_locks").await;
    refused(
        try_acquire(&store, "k", &Owner::unique(), LONG).await,
        &["\"lockproof_locks\" does not exist", "ensure_schema()"],
    );
    store.ensure_schema().await.expect("made");
    acquire(&store, "k", &Owner::unique()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_ends_in_the_server() {
    let url = database();
    let store = PostgresStore::open(&url).await.expect("opens");
    let pool = pool(&url, 2);
    let mut transaction = pool.begin().await.expect("connects");
    sqlx::query("LOCK TABLE lockproof_locks").execute(&mut *transaction).await.expect("runs");
    let begun = std::time::Instant::now();
    let reply = try_acquire(&store, "k", &Owner::unique(), LONG).await.expect("held is no error");
    assert!(matches!(reply, AcquireReply::Held { .. }), "{reply:?}");
    assert!(begun.elapsed() < super::calls::PATIENCE, "{:?}", begun.elapsed());
    let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    assert_eq!(number(&pool, others).await, 0, "nothing goes on in the server");
    transaction.rollback().await.expect("it ends");
    acquire(&store, "k", &Owner::unique()).await;
}
