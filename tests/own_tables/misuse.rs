//! A description that does not fit the table, and a table that does not fit its use: told before a row is lost.

use lockproof::{Error, Lockable, Locks, Query, Repository, SqlTable, StoreErrorKind, Transient, field};

use crate::{
    entities::{Ticket, ticket},
    errors::{chain, kind},
};

/// An entity that is nothing but its id.
#[derive(Lockable, Clone, Debug, PartialEq)]
struct Tag {
    #[lock(id)]
    name: String,
}

const OTHERS: &str = "number bigint NOT NULL, fence bigint NOT NULL, version bigint NOT NULL)";

macro_rules! misuse {
    ($name:ident, $feature:literal, $database:ty, $place:ty) => {
        #[cfg(feature = $feature)]
        mod $name {
            use sqlx::Row;

            use super::*;
            use crate::{entities::$name::tickets, homes::$name::pool};

            async fn table_of(id: &str) -> ($place, sqlx::Pool<$database>) {
                let place = <$place>::new();
                let table = format!("CREATE TABLE tickets ({id}, slug varchar(50) NOT NULL, {OTHERS}");
                let pool = pool(&place.url(), &table).await.expect("a database");
                (place, pool)
            }

            #[tokio::test]
            async fn an_id_that_several_rows_have_writes_none_of_them() {
                let (_place, pool) = table_of("id bigint NOT NULL").await;
                for number in [10, 20] {
                    let row =
                        "INSERT INTO tickets (id, slug, number, fence, version) VALUES (1, 'ticket 1', ";
                    let row = sqlx::AssertSqlSafe(format!("{row}{number}, 0, 1)"));
                    sqlx::query(row).execute(&pool).await.expect("a row");
                }
                let rows = Locks::memory().repository(tickets("tickets").pooled(pool.clone()));
                let found = rows.find(&1).await.expect_err("which one?");
                let locked = rows.lock(&1).await.expect_err("which one?");
                for error in [found, locked] {
                    assert_eq!(kind(&error), Some(StoreErrorKind::Misconfigured), "{error:?}");
                    assert!(chain(&error).contains("primary key"), "{}", chain(&error));
                }
            }

            #[tokio::test]
            async fn a_column_that_the_table_lacks_is_no_text() {
                let (_place, pool) = table_of("id bigint PRIMARY KEY").await;
                let whole = Locks::memory().repository(tickets("tickets").pooled(pool.clone()));
                whole.insert(Transient::new(ticket(1, 1))).await.expect("a new one");

                let lacking = SqlTable::<Ticket, $database>::builder("tickets")
                    .id(field!(Ticket.id), |id| id)
                    .column_named("slugg", field!(Ticket.slug))
                    .build_with(|row| {
                        Ok(Ticket { id: row.try_get("id")?, slug: row.try_get("slugg")?, number: 1 })
                    });
                let rows = Locks::memory().repository(lacking.expect("a table").pooled(pool.clone()));
                let found = rows.find(&1).await.expect_err("no such column");
                let all = rows.find_all(Query::all()).await.expect_err("no such column");
                let equal = field!(Ticket.slug).eq("slugg");
                let equal = rows.find_all(equal.into()).await.expect_err("no such column");

                let lacking = SqlTable::<Ticket, $database>::builder("tickets")
                    .id_named("idd", field!(Ticket.id), |id| id)
                    .build_with(|_| Ok(ticket(1, 1)));
                let rows = Locks::memory().repository(lacking.expect("a table").pooled(pool));
                let no_id = rows.find(&1).await.expect_err("no such column");
                for error in [found, all, equal, no_id] {
                    assert_eq!(kind(&error), Some(StoreErrorKind::Misconfigured), "{error:?}");
                }
            }

            #[tokio::test]
            async fn a_table_without_a_fence_tells_how_to_add_one() {
                let place = <$place>::new();
                let table = "CREATE TABLE tickets (id bigint PRIMARY KEY, slug varchar(50), number bigint)";
                let pool = pool(&place.url(), table).await.expect("a database");
                let rows = Locks::memory().repository(tickets("tickets").pooled(pool));
                let inserted = rows.insert(Transient::new(ticket(1, 1))).await.expect_err("no fence");
                let locked = rows.lock(&1).await.expect_err("no fence");
                for error in [inserted, locked] {
                    assert_eq!(kind(&error), Some(StoreErrorKind::Misconfigured), "{error:?}");
                    assert!(chain(&error).contains("add_columns"), "{}", chain(&error));
                }
            }

            #[tokio::test]
            async fn a_trigger_before_its_columns_is_refused_and_other_programs_go_on() {
                let place = <$place>::new();
                let table = "CREATE TABLE tickets (id bigint PRIMARY KEY, slug varchar(50), number bigint);
                    INSERT INTO tickets (id, slug, number) VALUES (1, 'ticket 1', 1)";
                let pool = pool(&place.url(), table).await.expect("a database");
                let storage = tickets("tickets").pooled(pool.clone());
                let error = storage.add_trigger().await.expect_err("there are no columns");
                assert_eq!(error.kind(), StoreErrorKind::Misconfigured, "{error}");
                assert!(error.to_string().contains("add_columns"), "{error}");
                let foreign = "UPDATE tickets SET number = 2";
                sqlx::query(foreign).execute(&pool).await.expect("as before");
            }

            #[tokio::test]
            async fn columns_of_the_lock_that_are_too_narrow_are_told() {
                let narrow = |fence: &str, version: &str| {
                    format!(
                        "CREATE TABLE tickets (id bigint PRIMARY KEY, slug varchar(50), number bigint,
                         fence {fence} NOT NULL, version {version} NOT NULL);
                         INSERT INTO tickets VALUES (1, 'ticket 1', 1, 0, 1)"
                    )
                };
                for (fence, version) in [("integer", "bigint"), ("bigint", "integer")] {
                    // SQLite has but one integer, and MySQL gives a short one as a long one.
                    if $feature == "sqlite" || $feature == "mysql" && version == "integer" {
                        continue;
                    }
                    let place = <$place>::new();
                    let pool = pool(&place.url(), &narrow(fence, version)).await.expect("a database");
                    let rows = Locks::memory().repository(tickets("tickets").pooled(pool));
                    let error = rows.lock(&1).await.expect_err("they must have 64 bits");
                    assert_eq!(kind(&error), Some(StoreErrorKind::Misconfigured), "{error:?}");
                    assert!(chain(&error).contains("64-bit"), "{}", chain(&error));
                }
            }

            #[tokio::test]
            async fn an_entity_that_is_its_id_alone_needs_no_trigger() -> Result<(), Error> {
                let place = <$place>::new();
                let table = "CREATE TABLE tags (name varchar(50) PRIMARY KEY)";
                let pool = pool(&place.url(), table).await.expect("a database");
                let tags = SqlTable::<Tag, $database>::builder("tags")
                    .id(field!(Tag.name), |name| name)
                    .build_with(|row| Ok(Tag { name: row.try_get("name")? }))
                    .expect("a table");
                assert_eq!(tags.trigger_sql(), "");
                let tags = tags.pooled(pool);
                tags.add_columns().await?;
                tags.add_trigger().await?;
                let tags = Locks::memory().repository(tags);
                tags.insert(Transient::new(Tag { name: "a".into() })).await?;
                let mut tag = tags.lock(&"a".to_owned()).await?;
                tags.save(&mut tag).await?;
                tags.delete(tag).await
            }
        }
    };
}

misuse!(sqlite, "sqlite", sqlx::Sqlite, crate::homes::File);
misuse!(postgres, "postgres", sqlx::Postgres, crate::homes::Database<lockproof_test_servers::PostgresKind>);
misuse!(mysql, "mysql", sqlx::MySql, crate::homes::Database<lockproof_test_servers::MariaDbKind>);

#[cfg(feature = "mysql")]
mod sessions {
    use lockproof::MySqlStore;
    use sqlx::{MySqlPool, mysql::MySqlPoolOptions};

    use super::*;
    use crate::entities::mysql::tickets;

    type Place = crate::homes::Database<lockproof_test_servers::MariaDbKind>;

    async fn run(pool: &MySqlPool, sql: &'static str) {
        sqlx::raw_sql(sql).execute(pool).await.expect(sql);
    }

    /// What such a connection writes is never committed, though the server says that it is written.
    #[tokio::test]
    async fn a_pool_without_autocommit_is_told_and_writes_nothing() {
        const TABLE: &str = "CREATE TABLE tickets (id bigint AUTO_INCREMENT PRIMARY KEY, slug varchar(50), \
            number bigint, fence bigint NOT NULL DEFAULT 0, version bigint NOT NULL DEFAULT 1)";

        let place = Place::new();
        let plain = MySqlPool::connect(&place.url()).await.expect("a database");
        run(&plain, TABLE).await;
        run(&plain, "INSERT INTO tickets (id, slug, number) VALUES (1, 'ticket 1', 1)").await;
        let off = MySqlPoolOptions::new().max_connections(2).after_connect(|connection, _| {
            Box::pin(async move { sqlx::query("SET autocommit = 0").execute(connection).await.map(drop) })
        });
        let off = off.connect(&place.url()).await.expect("a database");
        let told = |error: Error| {
            assert_eq!(kind(&error), Some(StoreErrorKind::Misconfigured), "{error:?}");
            assert!(chain(&error).contains("autocommit"), "{}", chain(&error));
        };
        let rows = Locks::memory().repository(tickets("tickets").pooled(off.clone()));
        told(rows.lock(&1).await.map(drop).expect_err("it would not be committed"));
        told(
            rows.insert(Transient::new(ticket(2, 2))).await.map(drop).expect_err("it would not be committed"),
        );
        // And the row is free for others.
        run(&plain, "UPDATE tickets SET number = 5").await;

        let store = MySqlStore::open(&place.url()).await.expect("a store");
        let pinned = tickets("tickets").pinned(off, &store).await.expect("in one database");
        let rows = Locks::new(store).repository(pinned);
        told(rows.lock(&1).await.map(drop).expect_err("it would read what was there before"));
    }

    #[tokio::test]
    async fn a_version_without_a_sign_is_refused() {
        let place = Place::new();
        let pool = MySqlPool::connect(&place.url()).await.expect("a database");
        run(&pool, "CREATE TABLE tickets (id bigint PRIMARY KEY, version bigint unsigned NOT NULL)").await;
        let error = tickets("tickets").pooled(pool).add_columns().await.expect_err("no sign");
        assert_eq!(error.kind(), StoreErrorKind::Misconfigured);
        assert!(error.to_string().contains("unsigned"), "{error}");
    }
}
