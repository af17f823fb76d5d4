//! What documents in a database survive, and how they are paged.

use lockproof::{Lockable, Locks, Order, Query, Repo, Repository, Result, Storage, Transient, field};
use serde::{Deserialize, Serialize};

#[derive(Lockable, Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Extreme {
    #[lock(id)]
    id: u64,
    text: String,
    low: i64,
    high: u64,
    real: f64,
    group: u32,
}

fn extreme(id: u64, text: &str) -> Extreme {
    Extreme { id, text: text.into(), low: i64::MIN, high: u64::MAX, real: 0.1, group: (id % 3) as u32 }
}

/// Goes in, is locked, saved, found and deleted.
async fn survive<S: Storage<Extreme>>(rows: &Repo<Extreme, S>) -> Result<()> {
    let real = [-0.0, f64::MAX, f64::MIN_POSITIVE, 1e-7, 123_456_789.123_456_79];
    let texts = ["", "\0", "ä \u{1F600} \\ \" ' ; -- %", "\u{10FFFF}\u{FEFF}", "$1 ? {table}"];
    for (id, (text, real)) in [0, u64::MAX, 1, 2, 3].into_iter().zip(texts.into_iter().zip(real)) {
        let entity = Extreme { real, ..extreme(id, text) };
        rows.insert(Transient::new(entity.clone())).await?;
        let mut held = rows.lock(&id).await?;
        assert_eq!((&*held, held.real.to_bits()), (&entity, real.to_bits()));
        held.low = i64::MAX;
        rows.save(&mut held).await?;
        let found = rows.find(&id).await?.expect("it is there").into_inner();
        assert_eq!(found, Extreme { low: i64::MAX, ..entity });
        rows.delete(held).await?;
    }
    Ok(())
}

/// Pages are those that `Query::select` gives in memory.
async fn page<S: Storage<Extreme>>(rows: &Repo<Extreme, S>) -> Result<()> {
    let all: Vec<_> = (1..=150).rev().map(|id| extreme(id, &id.to_string())).collect();
    for entity in &all {
        rows.insert(Transient::new(entity.clone())).await?;
    }
    let ordered = || -> Order<Extreme> { field!(Extreme.id).ascending() };
    let in_group = || Query::from(field!(Extreme.group).eq(1_u32));
    for query in [
        Query::all(),
        Query::all().limit(0),
        Query::all().offset(149).limit(9),
        Query::all().offset(70).limit(70),
        Query::all().offset(usize::MAX).limit(usize::MAX),
        in_group(),
        in_group().offset(3).limit(40),
        in_group().offset(49).limit(2),
        in_group().limit(0),
        Query::all().order_by(ordered()).offset(100).limit(3),
        in_group().order_by(ordered()).offset(1).limit(2),
    ] {
        let stored = all.iter().map(|entity| lockproof::Stored { entity: entity.clone(), version: 0 });
        let expected: Vec<_> = query.select(stored).into_iter().map(|it| it.entity.id).collect();
        let found = rows.find_all(query.clone()).await?;
        assert_eq!(found.iter().map(|it| *it.id()).collect::<Vec<_>>(), expected, "{query:?}");
    }
    Ok(())
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use lockproof::{SqlOptions, SqliteDocuments, TableName};

    use super::*;
    use crate::places::File;

    #[tokio::test]
    async fn whatever_serde_writes_comes_back() -> Result<()> {
        let file = File::new();
        let options = SqlOptions::new().table(TableName::new("main.order").expect("a name"));
        survive(&Locks::memory().repository(SqliteDocuments::open_with(file.at(), options).await?)).await
    }

    #[tokio::test]
    async fn pages_are_those_of_the_query() -> Result<()> {
        let file = File::new();
        page(&Locks::memory().repository(SqliteDocuments::open(file.at()).await?)).await
    }
}

#[cfg(all(feature = "postgres", unix))]
mod postgres {
    use lockproof::{PostgresDocuments, SchemaMismatch, SqlOptions, StoreErrorKind, TableName};
    use lockproof_test_servers::Postgres;

    use super::*;
    use crate::places::PostgresDatabase;

    #[tokio::test]
    async fn whatever_serde_writes_comes_back() -> Result<()> {
        let options = SqlOptions::new().table(TableName::new("public.order").expect("a name"));
        let rows = PostgresDocuments::open_with(&PostgresDatabase::new().at(), options).await?;
        survive(&Locks::memory().repository(rows)).await
    }

    #[tokio::test]
    async fn another_encoding_does_no_harm() -> Result<()> {
        let server = Postgres::shared();
        let encoding = "ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'";
        server.sql("postgres", &format!("CREATE DATABASE documents_in_latin1 {encoding}"));
        let url = format!("postgres://postgres@127.0.0.1:{}/documents_in_latin1", server.port());
        survive(&Locks::memory().repository(PostgresDocuments::open(&url).await?)).await
    }

    #[tokio::test]
    async fn pages_are_those_of_the_query() -> Result<()> {
        let rows = PostgresDocuments::open(&PostgresDatabase::new().at()).await?;
        page(&Locks::memory().repository(rows)).await
    }

    #[tokio::test]
    async fn a_table_that_is_not_there_is_not_made_unasked() -> Result<()> {
        let url = PostgresDatabase::new().at();
        let options = || SqlOptions::new().create_table(false);
        let error = PostgresDocuments::<Extreme>::open_with(&url, options()).await.expect_err("no table");
        assert_eq!(error.kind(), StoreErrorKind::Misconfigured);
        let source = std::error::Error::source(&error).expect("what is missing");
        assert!(source.is::<SchemaMismatch>(), "{source}");
        let table = TableName::new("lockproof_documents").expect("a name");
        Postgres::shared().sql(&url, &PostgresDocuments::<Extreme>::schema(&table));
        survive(&Locks::memory().repository(PostgresDocuments::open_with(&url, options()).await?)).await
    }
}

#[cfg(all(feature = "mysql", unix))]
mod mysql {
    use lockproof::{Error, InsertError, MySqlDocuments, Outcome, SqlOptions, StoreErrorKind, TableName};
    use lockproof_test_servers::MariaDb;
    use sqlx::{Executor, mysql::MySqlPoolOptions};

    use super::*;
    use crate::places::MySqlDatabase;

    #[tokio::test]
    async fn whatever_serde_writes_comes_back() -> Result<()> {
        let options = SqlOptions::new().table(TableName::new("order").expect("a name"));
        let rows = MySqlDocuments::open_with(MySqlDatabase::new().at(), options).await?;
        survive(&Locks::memory().repository(rows)).await
    }

    #[tokio::test]
    async fn neither_a_character_set_nor_an_sql_mode_does_harm() -> Result<()> {
        for (charset, mode) in [
            ("latin1", "''"),
            ("utf8mb4", "'ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES'"),
        ] {
            let url = MySqlDatabase::new().at();
            MariaDb::shared().sql(&url, "ALTER DATABASE CHARACTER SET latin1");
            let pool = MySqlPoolOptions::new().max_connections(2).after_connect(move |connection, _| {
                Box::pin(async move {
                    let session = format!("SET SESSION sql_mode = {mode}");
                    connection.execute(sqlx::AssertSqlSafe(session)).await.map(drop)
                })
            });
            let pool = pool.connect(&format!("{url}?charset={charset}")).await.expect("connects");
            let rows = Locks::memory().repository(MySqlDocuments::from_pool(pool).await?);
            survive(&rows).await?;
            page(&rows).await?;
        }
        Ok(())
    }

    /// Says whether it is equal, and makes another document again behind the page that is being read.
    #[derive(Clone, Debug, Serialize, Deserialize)]
    struct Disturbing(u32);

    static DISTURBED: std::sync::OnceLock<String> = std::sync::OnceLock::new();

    impl PartialEq for Disturbing {
        fn eq(&self, other: &Self) -> bool {
            if let Some(url) = DISTURBED.get() {
                MariaDb::shared()
                    .sql(url, "UPDATE lockproof_documents SET seq = 1000 WHERE `key` = 'watched:1'");
            }
            self.0 == other.0
        }
    }

    #[derive(Lockable, Clone, Debug, Serialize, Deserialize)]
    struct Watched {
        #[lock(id)]
        id: u64,
        mark: Disturbing,
    }

    #[tokio::test]
    async fn a_query_is_of_one_moment_though_the_server_reads_what_is_committed() -> Result<()> {
        let url = MySqlDatabase::new().at();
        let pool = MySqlPoolOptions::new().max_connections(2).after_connect(|connection, _| {
            let session = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";
            Box::pin(async move { connection.execute(session).await.map(drop) })
        });
        let pool = pool.connect(&url).await.expect("connects");
        let rows = Locks::memory().repository(MySqlDocuments::from_pool(pool).await?);
        for id in 1..=65 {
            rows.insert(Transient::new(Watched { id, mark: Disturbing(7) })).await?;
        }
        DISTURBED.set(url).expect("set once");
        let found = rows.find_all(field!(Watched.mark).eq(Disturbing(7)).into()).await?;
        assert_eq!(found.len(), 65, "one was read twice");
        Ok(())
    }

    #[tokio::test]
    async fn a_document_that_the_server_does_not_take_is_refused() -> Result<()> {
        let server = MariaDb::start_with(&[("max-allowed-packet", "1M")]);
        let rows = Locks::memory().repository(MySqlDocuments::open(server.database()).await?);
        let error =
            rows.insert(Transient::new(extreme(1, &"x".repeat(1 << 20)))).await.expect_err("too long");
        assert_eq!(error.outcome(), Outcome::NotDone);
        let Error::Insert(InsertError::Store { source, .. }) = &error else { panic!("{error:?}") };
        assert_eq!(source.kind(), StoreErrorKind::Rejected);
        assert!(source.to_string().contains("max_allowed_packet"), "{source}");
        survive(&rows).await
    }

    #[tokio::test]
    async fn pages_are_those_of_the_query() -> Result<()> {
        let rows = MySqlDocuments::open(MySqlDatabase::new().at()).await?;
        page(&Locks::memory().repository(rows)).await
    }
}
