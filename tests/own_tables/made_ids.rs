//! Ids that the database makes: what is different from one database to the next.

use std::sync::Arc;

use lockproof::{
    Error, InsertError, Locks, Repository, RepositoryExt, StoreError, StoreErrorKind, Transient,
};

use crate::entities::{Ticket, ticket};

fn no_id(error: &Error) -> &StoreError {
    match error {
        Error::Insert(InsertError::NoId { source, .. }) => source,
        error => panic!("{error:?}"),
    }
}

macro_rules! made_ids {
    ($name:ident, $feature:literal, $place:ty, key: $key:literal, key_by_hand: $by_hand:literal, others: $others:literal) => {
        #[cfg(feature = $feature)]
        mod $name {
            use super::*;
            use crate::{
                entities::$name::{notes, tickets},
                homes::$name::pool,
            };

            async fn repository(url: &str, key: &str) -> Arc<dyn Repository<Ticket>> {
                let schema = format!(concat!("CREATE TABLE tickets (id {}, ", $others, ")"), key);
                let pool = pool(url, &schema).await.expect("a database");
                Arc::new(Locks::memory().repository(tickets("tickets").pooled(pool)))
            }

            #[tokio::test]
            async fn the_entity_is_made_of_the_id_that_its_row_gets() {
                let place = <$place>::new();
                let tickets = repository(&place.url(), $key).await;
                for number in 1..=3 {
                    let made = tickets.insert_with(|id| ticket(id, number)).await.expect("inserted");
                    assert_eq!(tickets.find(made.id()).await.expect("found"), Some(made));
                }
                let third = tickets.find(&3).await.expect("found").expect("the third");
                assert_eq!(*third, ticket(3, 3));
                // The highest one is gone, and comes back in a table that does not remember it.
                assert!(tickets.delete_by_id(&3).await.expect("free"));
                let fourth = tickets.insert_with(|id| ticket(id, 4)).await.expect("inserted");
                assert!(fourth.version() > third.version());
                assert_eq!(*fourth, ticket(*fourth.id(), 4));
            }

            #[tokio::test]
            async fn a_row_that_is_there_is_never_written_over() {
                let place = <$place>::new();
                let tickets = repository(&place.url(), $by_hand).await;
                tickets.insert_with(|id| ticket(id, 1)).await.expect("inserted");
                // Somebody brings ids of their own.
                tickets.insert(Transient::new(ticket(2, 2))).await.expect("a new one");
                let third = tickets.insert_with(|id| ticket(id, 3)).await;
                match third {
                    Ok(third) => assert_eq!(*third.id(), 3),
                    Err(Error::Insert(InsertError::AlreadyExists { key })) => {
                        assert_eq!(key.as_str(), "ticket:2");
                    }
                    Err(error) => panic!("{error:?}"),
                }
                assert_eq!(tickets.find(&2).await.expect("found").expect("there").number, 2);
            }

            #[tokio::test]
            async fn what_another_column_forbids_is_an_error_and_nothing_is_stored() {
                let place = <$place>::new();
                let tickets = repository(&place.url(), $key).await;
                tickets
                    .insert_with(|id| Ticket { slug: "one".into(), ..ticket(id, 1) })
                    .await
                    .expect("inserted");
                let again = tickets.insert_with(|id| Ticket { slug: "one".into(), ..ticket(id, 2) }).await;
                let error = again.expect_err("there is one with this text");
                assert_eq!(no_id(&error).kind(), StoreErrorKind::Rejected, "{error:?}");
                assert!(no_id(&error).to_string().contains("table tickets"), "{error:?}");
                assert_eq!(tickets.find_all(lockproof::Query::all()).await.expect("all").len(), 1);
            }

            #[tokio::test]
            async fn a_column_that_gets_no_numbers_is_told() {
                let place = <$place>::new();
                let tickets = repository(&place.url(), "bigint PRIMARY KEY").await;
                let error = tickets.insert_with(|id| ticket(id, 1)).await.expect_err("no numbers");
                let (kind, told) = (no_id(&error).kind(), no_id(&error).to_string());
                assert!(
                    kind == StoreErrorKind::Misconfigured || kind == StoreErrorKind::Rejected,
                    "{error:?}"
                );
                assert!(told.contains("table tickets"), "{told}");
                assert_eq!(tickets.find_all(lockproof::Query::all()).await.expect("all").len(), 0);
            }

            #[tokio::test]
            async fn a_table_that_is_not_said_to_make_ids_tells_how_to_say_so() {
                let place = <$place>::new();
                let pool = pool(&place.url(), "SELECT 1").await.expect("a database");
                let notes = Locks::memory().repository(notes("notes").pooled(pool));
                let error =
                    notes.insert_with(|title| crate::entities::Note { title, ..crate::entities::note(1, 1) });
                let error = error.await.expect_err("it makes none");
                assert_eq!(no_id(&error).kind(), StoreErrorKind::Unsupported);
                assert!(no_id(&error).to_string().contains("makes_ids"), "{error:?}");
            }
        }
    };
}

made_ids! {
    sqlite, "sqlite", crate::homes::File,
    key: "INTEGER PRIMARY KEY",
    key_by_hand: "INTEGER PRIMARY KEY AUTOINCREMENT",
    others: "slug TEXT NOT NULL UNIQUE, number INTEGER NOT NULL, fence INTEGER NOT NULL, version INTEGER NOT NULL"
}

made_ids! {
    postgres, "postgres", crate::homes::Database<lockproof_test_servers::PostgresKind>,
    key: "bigserial PRIMARY KEY",
    key_by_hand: "bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
    others: "slug text NOT NULL UNIQUE, number bigint NOT NULL, fence bigint NOT NULL, version bigint NOT NULL"
}

made_ids! {
    mysql, "mysql", crate::homes::Database<lockproof_test_servers::MariaDbKind>,
    key: "bigint AUTO_INCREMENT PRIMARY KEY",
    key_by_hand: "bigint AUTO_INCREMENT PRIMARY KEY",
    others: "slug varchar(50) NOT NULL UNIQUE, number bigint NOT NULL, fence bigint NOT NULL, version bigint NOT NULL"
}
