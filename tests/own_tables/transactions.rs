//! A storage that writes more than the row: all of it within one transaction of its own.

use lockproof::{
    Claim, Claimed, Delete, Insert, Inserted, Locks, Query, Repository, SqlTable, Storage, StoreError,
    Stored, Transient, Update, Written,
};
use sqlx::AssertSqlSafe;

use crate::entities::{Note, note};

macro_rules! transactions {
    ($name:ident, $feature:literal, $database:ty, $place:ty) => {
        #[cfg(feature = $feature)]
        mod $name {
            use super::*;
            use crate::{entities::$name::notes, homes::$name::pool};

            /// Notes, and what has become of them.
            struct Audited {
                pool: sqlx::Pool<$database>,
                table: SqlTable<Note, $database>,
            }

            impl Storage<Note> for Audited {
                async fn find(&self, id: &String) -> Result<Option<Stored<Note>>, StoreError> {
                    let mut connection = self.pool.acquire().await?;
                    self.table.find(&mut *connection, id).await
                }

                async fn find_all(&self, query: &Query<Note>) -> Result<Vec<Stored<Note>>, StoreError> {
                    self.table.find_all(&self.pool, query).await
                }

                async fn claim(&self, claim: Claim<'_, Note>) -> Result<Claimed<Note>, StoreError> {
                    let mut transaction = self.pool.begin().await?;
                    let claimed = self.table.claim(&mut *transaction, &claim).await?;
                    transaction.commit().await?;
                    Ok(claimed)
                }

                async fn insert(&self, insert: Insert<'_, Note>) -> Result<Inserted, StoreError> {
                    let mut transaction = self.pool.begin().await?;
                    let inserted = self.table.insert(&mut transaction, &insert).await?;
                    transaction.commit().await?;
                    Ok(inserted)
                }

                async fn update(&self, update: Update<'_, Note>) -> Result<Written, StoreError> {
                    let mut transaction = self.pool.begin().await?;
                    let entry = format!("INSERT INTO audit (number) VALUES ({})", update.entity().number);
                    sqlx::query(AssertSqlSafe(entry)).execute(&mut *transaction).await?;
                    let written = self.table.update(&mut *transaction, &update).await?;
                    if written == Written::Done {
                        transaction.commit().await?;
                    }
                    Ok(written)
                }

                async fn delete(&self, delete: Delete<'_, Note>) -> Result<Written, StoreError> {
                    self.table.delete(&self.pool, &delete).await
                }
            }

            #[tokio::test]
            async fn what_is_written_with_a_row_is_written_if_the_row_is() {
                let place = <$place>::new();
                let schema = "CREATE TABLE audit (number bigint);
                    CREATE TABLE notes (title varchar(50) PRIMARY KEY, text varchar(50), number bigint,
                                        fence bigint NOT NULL, version bigint NOT NULL)";
                let pool = pool(&place.url(), schema).await.expect("a database");
                let storage = || Audited { pool: pool.clone(), table: notes("notes") };
                let locks = Locks::memory();
                let notes = locks.repository(storage());
                notes.insert(Transient::new(note(1, 1))).await.expect("a new one");
                let mut locked = notes.lock(&"1".to_owned()).await.expect("free");
                locked.number = 2;
                notes.save(&mut locked).await.expect("held");

                // Another lock store, which knows nothing of the first, and grants a higher token.
                let elsewhere = Locks::memory().repository(storage());
                drop(elsewhere.lock(&"1".to_owned()).await.expect("free there"));
                locked.number = 3;
                notes.save(&mut locked).await.expect_err("fenced");

                let audit: Vec<i64> = sqlx::query_scalar("SELECT number FROM audit").fetch_all(&pool).await.expect("rows");
                assert_eq!(audit, [2]);
                assert_eq!(notes.find(&"1".to_owned()).await.expect("found").expect("there").number, 2);
            }
        }
    };
}

transactions!(sqlite, "sqlite", sqlx::Sqlite, crate::homes::File);
transactions!(
    postgres,
    "postgres",
    sqlx::Postgres,
    crate::homes::Database<lockproof_test_servers::PostgresKind>
);
transactions!(mysql, "mysql", sqlx::MySql, crate::homes::Database<lockproof_test_servers::MariaDbKind>);
