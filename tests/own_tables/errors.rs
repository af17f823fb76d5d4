//! What goes wrong is told with the table and the row, and with what to do about it.

use lockproof::{Error, InsertError, InvalidTable, Locks, Repository, StoreError, StoreErrorKind, Transient};

use crate::entities::{note, ticket};

/// An error with all that is behind it.
pub(crate) fn chain(error: &Error) -> String {
    use std::error::Error as _;
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text += &format!(": {error}");
        source = error.source();
    }
    text
}

pub(crate) fn kind(error: &Error) -> Option<StoreErrorKind> {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<StoreError>() {
            return Some(error.kind());
        }
        source = error.source();
    }
    None
}

macro_rules! errors {
    ($name:ident, $feature:literal, $database:ty, $place:ty, text: $text:literal) => {
        #[cfg(feature = $feature)]
        mod $name {
            use lockproof::{SqlTable, field};

            use super::*;
            use crate::{
                entities::{
                    Ticket,
                    $name::{notes, tickets},
                },
                homes::$name::pool,
            };

            const TICKETS: &str = concat!(
                "CREATE TABLE tickets (id bigint PRIMARY KEY, slug ",
                $text,
                " NOT NULL UNIQUE, number bigint NOT NULL, fence bigint, version bigint NOT NULL)"
            );

            #[tokio::test]
            async fn another_unique_column_is_no_existing_id() {
                let place = <$place>::new();
                let pool = pool(&place.url(), TICKETS).await.expect("a database");
                let tickets = Locks::memory().repository(tickets("tickets").pooled(pool));
                tickets.insert(Transient::new(ticket(1, 1))).await.expect("a new one");
                let like_the_first = Ticket { slug: ticket(1, 1).slug, ..ticket(2, 2) };
                let error =
                    tickets.insert(Transient::new(like_the_first)).await.expect_err("two of one text");
                assert!(matches!(error, Error::Insert(InsertError::Store { .. })), "{error:?}");
                assert_eq!(kind(&error), Some(StoreErrorKind::Rejected), "{error:?}");
                assert!(chain(&error).contains("table tickets, ticket:2: "), "{}", chain(&error));
                let again = tickets.insert(Transient::new(ticket(1, 3))).await.expect_err("it is there");
                assert!(matches!(again, Error::Insert(InsertError::AlreadyExists { .. })), "{again:?}");
            }

            #[tokio::test]
            async fn a_row_without_a_fence_tells_that_it_needs_one() {
                let place = <$place>::new();
                let pool = pool(&place.url(), TICKETS).await.expect("a database");
                let row = "INSERT INTO tickets (id, slug, number, version) VALUES (1, 'one', 1, 1)";
                sqlx::query(row).execute(&pool).await.expect("a row");
                let tickets = Locks::memory().repository(tickets("tickets").pooled(pool));
                assert!(tickets.find(&1).await.expect("readable").is_some());
                let error = tickets.lock(&1).await.expect_err("NULL is no fence");
                assert_eq!(kind(&error), Some(StoreErrorKind::Misconfigured), "{error:?}");
                let told = chain(&error);
                assert!(told.contains("table tickets, ticket:1: ") && told.contains("NOT NULL"), "{told}");
            }

            #[tokio::test]
            async fn a_table_that_is_not_there_is_told_by_its_name() {
                let place = <$place>::new();
                let pool = pool(&place.url(), "SELECT 1").await.expect("a database");
                let notes = Locks::memory().repository(notes("notes").pooled(pool));
                let error = notes.find_all(lockproof::Query::all()).await.expect_err("no table");
                assert!(chain(&error).contains("table notes: "), "{}", chain(&error));
                let error = notes.insert(Transient::new(note(1, 1))).await.expect_err("no table");
                assert!(chain(&error).contains("table notes, note:1: "), "{}", chain(&error));
            }

            #[tokio::test]
            async fn a_row_that_does_not_read_as_the_entity_is_told_by_its_key() {
                let place = <$place>::new();
                let pool = pool(&place.url(), TICKETS).await.expect("a database");
                let table = SqlTable::<Ticket, $database>::builder("tickets")
                    .id(field!(Ticket.id), |id| id)
                    .column(field!(Ticket.slug))
                    .column(field!(Ticket.number))
                    .build_with(|row| {
                        sqlx::Row::try_get::<String, _>(row, "no_such_column")?;
                        Ok(ticket(0, 0))
                    });
                let tickets = Locks::memory().repository(table.expect("a table").pooled(pool));
                tickets.insert(Transient::new(ticket(1, 1))).await.expect("a new one");
                let error = tickets.lock(&1).await.expect_err("no such column");
                assert_eq!(kind(&error), Some(StoreErrorKind::Rejected), "{error:?}");
                let told = chain(&error);
                assert!(
                    told.contains("table tickets, ticket:1: the row does not read as the entity"),
                    "{told}"
                );
            }

            #[test]
            fn a_table_that_cannot_be_is_refused_when_it_is_described() {
                let described = |table: &str| SqlTable::<Ticket, $database>::builder(table);
                let read = |_: &<$database as sqlx::Database>::Row| Ok(ticket(1, 1));
                let told = |refused: Result<SqlTable<Ticket, $database>, InvalidTable>| {
                    refused.expect_err("it cannot be").to_string()
                };
                let refused = described("tickets").column(field!(Ticket.slug)).build_with(read);
                assert!(told(refused).contains("no id"));
                let refused = described("tickets; DROP").id(field!(Ticket.id), |id| id).build_with(read);
                assert!(told(refused).contains("name of a table"));
                let refused =
                    described("t").id(field!(Ticket.id), |id| id).read_only("a\"b").build_with(read);
                assert!(told(refused).contains("name of a column"));
                let with_id = || described("t").id(field!(Ticket.id), |id| id);
                let refused = with_id().column_named("version", field!(Ticket.number)).build_with(read);
                assert!(told(refused).contains("the column version twice"));
                let renamed = with_id().column_named("version", field!(Ticket.number)).version("row_version");
                assert!(renamed.build_with(read).is_ok());
                let refused = with_id().id_with("ID", |id| *id).build_with(read);
                assert!(told(refused).contains("twice"));
                let refused = with_id().id_with("other", |id| *id).makes_ids(|id| id).build_with(read);
                assert!(told(refused).contains("2 columns"));
            }
        }
    };
}

errors!(sqlite, "sqlite", sqlx::Sqlite, crate::homes::File, text: "TEXT");
errors!(
    postgres, "postgres", sqlx::Postgres, crate::homes::Database<lockproof_test_servers::PostgresKind>,
    text: "text"
);
errors!(
    mysql, "mysql", sqlx::MySql, crate::homes::Database<lockproof_test_servers::MariaDbKind>,
    text: "varchar(50)"
);
