//! Tables that have rows and other writers already.

use lockproof::{
    Error, LockOptions, Locked, Locks, Repository, Result, SaveError, StoreErrorKind, Transient,
    testing::{FaultyStorage, StorageFault::LoseRequest},
};
use sqlx::{AssertSqlSafe, pool::PoolOptions};

use crate::entities::{Note, note};

fn one() -> String {
    "1".into()
}

fn is_stale(saved: Result<()>) -> bool {
    matches!(saved, Err(Error::Save(SaveError::StaleVersion { .. })))
}

fn is_gone(saved: Result<()>) -> bool {
    matches!(saved, Err(Error::Save(SaveError::Gone { .. })))
}

const FOREIGN: &str = "UPDATE notes SET number = number + 100 WHERE title = '1'";

macro_rules! others {
    ($name:ident, $feature:literal, $database:ty, $place:ty, text: $text:literal, wrong: $wrong:literal) => {
        #[cfg(feature = $feature)]
        mod $name {
            use super::*;
            use crate::{entities::$name::notes, pinned::$name::Place};

            type Storage = lockproof::Pooled<Note, $database>;

            /// A table as it was before anybody thought of locks, with a row, and what it needs now.
            struct Legacy {
                _at: $place,
                pool: sqlx::Pool<$database>,
            }

            impl Legacy {
                async fn empty() -> Self {
                    let at = <$place>::new();
                    let pool =
                        PoolOptions::new().max_connections(4).connect(&at.url()).await.expect("it is there");
                    let legacy = Self { _at: at, pool };
                    let table = concat!(
                        "CREATE TABLE notes (title ",
                        $text,
                        " PRIMARY KEY, text ",
                        $text,
                        " NOT NULL, number bigint NOT NULL, other bigint)"
                    );
                    legacy.run(table).await;
                    legacy.run("INSERT INTO notes (title, text, number) VALUES ('1', 'old', 10)").await;
                    legacy
                }

                async fn new() -> Self {
                    let legacy = Self::empty().await;
                    let storage = legacy.storage();
                    storage.add_columns().await.expect("they are added");
                    storage.add_trigger().await.expect("it is made");
                    legacy
                }

                fn storage(&self) -> Storage {
                    notes("notes").pooled(self.pool.clone())
                }

                async fn run(&self, sql: &str) {
                    sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&self.pool).await.expect(sql);
                }

                async fn number(&self) -> i64 {
                    let number = sqlx::query_scalar("SELECT number FROM notes WHERE title = '1'");
                    number.fetch_one(&self.pool).await.expect("it is there")
                }
            }

            #[tokio::test]
            async fn old_rows_can_be_locked_and_old_programs_go_on_inserting() -> Result<()> {
                let legacy = Legacy::empty().await;
                // As processes that start at the same time do.
                let all: Vec<_> = (0..6).map(|_| legacy.storage()).collect();
                for made in futures::future::join_all(all.iter().map(|it| async {
                    it.add_columns().await?;
                    it.add_trigger().await
                }))
                .await
                {
                    made?;
                }
                legacy.run("INSERT INTO notes (title, text, number) VALUES ('2', 'foreign', 20)").await;
                let rows = Locks::memory().repository(legacy.storage());
                for (id, number) in [("1", 10), ("2", 20)] {
                    let mut held = rows.lock(&id.into()).await?;
                    assert_eq!(held.number, number);
                    held.number += 1;
                    rows.save(&mut held).await?;
                    rows.save(&mut held).await?;
                    Locked::release(held).await?;
                    assert_eq!(rows.find(&id.into()).await?.map(|it| it.number), Some(number + 1));
                }
                rows.insert(Transient::new(note(3, 30))).await?;
                assert!(rows.delete_by_id(&"3".into()).await?);
                Ok(())
            }

            #[tokio::test]
            async fn a_write_without_the_lock_is_told_and_not_lost() -> Result<()> {
                let legacy = Legacy::new().await;
                let rows = Locks::memory().repository(FaultyStorage::over(legacy.storage()));
                let mut held = rows.lock(&one()).await?;
                held.number = 1;
                legacy.run(FOREIGN).await;
                for _ in 0..2 {
                    assert!(is_stale(rows.save(&mut held).await));
                }
                assert_eq!(legacy.number().await, 110);
                Locked::release(held).await?;

                // Also while earlier saves of the guard may have landed.
                let mut held = rows.lock(&one()).await?;
                held.number = 2;
                rows.storage().next([LoseRequest, LoseRequest, LoseRequest]);
                for _ in 0..3 {
                    assert!(rows.save(&mut held).await.is_err());
                }
                legacy.run(FOREIGN).await;
                let error = rows.save(&mut held).await.expect_err("somebody has written it");
                let Error::Save(SaveError::InDoubt { source, .. }) = error else { panic!("{error:?}") };
                assert!(matches!(*source, SaveError::StaleVersion { .. }), "{source:?}");
                assert_eq!(legacy.number().await, 210);
                Locked::release(held).await?;

                // What is not of the entity is nobody's concern.
                let mut held = rows.lock(&one()).await?;
                legacy.run("UPDATE notes SET other = 5 WHERE title = '1'").await;
                held.number += 1;
                rows.save(&mut held).await?;
                assert_eq!(legacy.number().await, 211);
                Ok(())
            }

            #[tokio::test]
            async fn claims_are_no_writes() -> Result<()> {
                let legacy = Legacy::new().await;
                let rows = Locks::memory().repository(legacy.storage());
                let before = rows.find(&one()).await?.expect("it is there").version();
                let seat = || LockOptions::new().owner("user-7").ttl("10m");
                let mut first = rows.lock_with(&one(), seat()).await?;
                let second = rows.lock_with(&one(), seat()).await?;
                assert_eq!((Locked::version(&first), Locked::version(&second)), (before, before));
                first.number = 11;
                rows.save(&mut first).await?;
                assert_eq!(Locked::version(&first), before + 1);
                Ok(())
            }

            #[tokio::test]
            async fn what_others_delete_is_gone_even_if_they_make_it_again() -> Result<()> {
                let legacy = Legacy::new().await;
                let rows = Locks::memory().repository(legacy.storage());
                let mut held = rows.lock(&one()).await?;
                held.number = 1;
                legacy.run("DELETE FROM notes WHERE title = '1'").await;
                assert!(is_gone(rows.save(&mut held).await));
                legacy.run("INSERT INTO notes (title, text, number) VALUES ('1', 'again', 77)").await;
                assert!(is_gone(rows.save(&mut held).await));
                assert!(is_gone(rows.delete(held).await));
                assert_eq!(legacy.number().await, 77);
                Ok(())
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn no_update_is_lost_between_holders_and_others() -> Result<()> {
                const TURNS: i64 = 40;
                let legacy = Legacy::new().await;
                let rows = Locks::memory().repository(legacy.storage());
                let holders = async {
                    for _ in 0..TURNS {
                        loop {
                            let mut held = rows.lock(&one()).await?;
                            held.number += 1;
                            match rows.save_and_release(held).await {
                                Ok(_) => break,
                                Err(Error::Save(SaveError::StaleVersion { .. })) => {}
                                Err(error) => return Err(error),
                            }
                        }
                    }
                    Ok(())
                };
                let others = async {
                    for _ in 0..TURNS {
                        legacy.run(FOREIGN).await;
                        tokio::task::yield_now().await;
                    }
                };
                let (held, ()) = futures::join!(holders, others);
                held?;
                assert_eq!(legacy.number().await, 10 + 101 * TURNS);
                Ok(())
            }

            #[tokio::test]
            async fn a_version_of_another_type_is_refused() {
                let legacy = Legacy::empty().await;
                legacy.run(concat!("ALTER TABLE notes ADD COLUMN version ", $wrong)).await;
                let error = legacy.storage().add_columns().await.expect_err("not 64 bits");
                assert_eq!(error.kind(), StoreErrorKind::Misconfigured);
                assert!(error.to_string().contains("version") && error.to_string().contains("64"), "{error}");
            }

            #[tokio::test]
            async fn a_pinned_table_needs_the_version_alone() -> Result<()> {
                let place = Place::new();
                let pool = PoolOptions::new()
                    .max_connections(4)
                    .connect(&place.at.url())
                    .await
                    .expect("it is there");
                let legacy = concat!(
                    "CREATE TABLE notes (title ",
                    $text,
                    " PRIMARY KEY, text ",
                    $text,
                    " NOT NULL, number bigint NOT NULL)"
                );
                for sql in [legacy, "INSERT INTO notes (title, text, number) VALUES ('1', 'old', 10)"] {
                    sqlx::query(sql).execute(&pool).await.expect(sql);
                }
                let store = place.store().await?;
                let storage = notes("notes").pinned(pool.clone(), &store).await?;
                let texts = storage.table().columns_sql() + &storage.table().trigger_sql();
                assert!(!texts.contains("fence"), "{texts}");
                for _ in 0..2 {
                    storage.add_columns().await?;
                    storage.add_trigger().await?;
                }
                let rows = Locks::new(store).repository(storage);
                let mut held = rows.lock(&one()).await?;
                held.number = 1;
                sqlx::query(FOREIGN).execute(&pool).await.expect(FOREIGN);
                assert!(is_stale(rows.save(&mut held).await));
                Locked::release(held).await?;
                let mut held = rows.lock(&one()).await?;
                held.number += 1;
                rows.save(&mut held).await?;
                assert_eq!(rows.find(&one()).await?.map(|it| it.number), Some(111));
                Ok(())
            }
        }
    };
}

others!(sqlite, "sqlite", sqlx::Sqlite, crate::homes::File, text: "TEXT", wrong: "TEXT");
others!(
    postgres, "postgres", sqlx::Postgres, crate::homes::Database<lockproof_test_servers::PostgresKind>,
    text: "text", wrong: "integer NOT NULL DEFAULT 0"
);
others!(
    mysql, "mysql", sqlx::MySql, crate::homes::Database<lockproof_test_servers::MariaDbKind>,
    text: "varchar(100)", wrong: "integer NOT NULL DEFAULT 0"
);
