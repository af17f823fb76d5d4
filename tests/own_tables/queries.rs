//! What a query asks for comes out as if it was done in memory, whatever of it the database does.

use lockproof::{Locks, Query, Repository, Transient, field};

use crate::entities::{Note, Order, Tenant, note, order};

macro_rules! queries {
    ($name:ident, $feature:literal, $database:ty, $place:ty, text: $text:literal, quote: $quote:literal) => {
        #[cfg(feature = $feature)]
        mod $name {
            use super::*;
            use crate::{
                entities::$name::{notes, orders},
                homes::$name::pool,
            };

            #[tokio::test]
            async fn texts_are_found_and_ordered_by_their_bytes_whatever_the_collation() {
                let place = <$place>::new();
                let schema = concat!(
                    "CREATE TABLE notes (title varchar(50) PRIMARY KEY, text ", $text, ", number bigint NOT NULL,
                     fence bigint NOT NULL, version bigint NOT NULL)"
                );
                let pool = pool(&place.url(), schema).await.expect("a database");
                let notes = Locks::memory().repository(notes("notes").pooled(pool));
                let texts = ["b", "B", "a", "A", "ä", "_", "Z", "b"];
                for (id, text) in (1..).zip(texts) {
                    let new = Note { text: text.into(), ..note(id, id.into()) };
                    notes.insert(Transient::new(new)).await.expect("a new one");
                }
                let texts = async |query: Query<Note>| -> Vec<String> {
                    let found = notes.find_all(query).await.expect("found");
                    found.iter().map(|note| note.text.clone()).collect()
                };
                let ordered = || Query::all().order_by(field!(Note.text).ascending());
                assert_eq!(texts(ordered()).await, ["A", "B", "Z", "_", "a", "b", "b", "ä"]);
                assert_eq!(texts(ordered().offset(3).limit(2)).await, ["_", "a"]);
                let upwards = Query::all().order_by(field!(Note.text).descending()).limit(2);
                assert_eq!(texts(upwards).await, ["ä", "b"]);
                let like_b = || Query::from(field!(Note.text).eq("b"));
                assert_eq!(texts(like_b()).await, ["b", "b"]);
                assert_eq!(texts(like_b().limit(2)).await, ["b", "b"]);
                assert_eq!(texts(like_b().offset(1).limit(5)).await, ["b"]);
                assert_eq!(texts(like_b().filter(field!(Note.number).eq(8))).await, ["b"]);
            }

            #[tokio::test]
            async fn nothing_is_a_value_and_comes_first_and_pages_have_each_row_once() {
                let place = <$place>::new();
                let schema = concat!(
                    "CREATE TABLE orders (tenant_id bigint, number integer, ", $quote, "group", $quote, " varchar(50),
                     ", $quote, "select", $quote, " bigint NOT NULL, tags varchar(50) NOT NULL,
                     made varchar(20) NOT NULL DEFAULT 'x', lock_fence bigint NOT NULL, lock_version bigint NOT NULL,
                     PRIMARY KEY (tenant_id, number))"
                );
                let pool = pool(&place.url(), schema).await.expect("a database");
                let orders = Locks::memory().repository(orders("orders").pooled(pool));
                for id in 0..7 {
                    let group = (id % 3 > 0).then(|| if id < 4 { "vip" } else { "all" }.to_owned());
                    let new = Order { group, ..order(id, 5) };
                    orders.insert(Transient::new(new)).await.expect("a new one");
                }
                let found = async |query: Query<Order>| orders.find_all(query).await.expect("found");
                let groups = async |query: Query<Order>| -> Vec<String> {
                    found(query).await.iter().map(|order| order.group.clone().unwrap_or_default()).collect()
                };
                let none = || field!(Order.group).eq(None::<String>);
                assert_eq!(found(none().into()).await.len(), 3);
                assert_eq!(found(Query::from(none()).limit(2)).await.len(), 2);
                assert_eq!(found(field!(Order.group).eq(Some("vip".to_owned())).into()).await.len(), 2);
                let by_group = || Query::all().order_by(field!(Order.group).ascending());
                assert_eq!(groups(by_group()).await, ["", "", "", "all", "all", "vip", "vip"]);
                assert_eq!(groups(by_group().limit(4)).await, ["", "", "", "all"]);
                let downwards = Query::all().order_by(field!(Order.group).descending());
                assert_eq!(groups(downwards.clone().limit(3)).await, ["vip", "vip", "all"]);
                assert_eq!(groups(downwards.offset(5)).await, ["", ""]);

                // All are equal in this, and in one page each.
                let mut pages = Vec::new();
                for page in 0..4 {
                    let query = Query::all().order_by(field!(Order.select).ascending()).offset(page * 2).limit(2);
                    pages.extend(found(query).await.iter().map(|order| (order.tenant, order.number)));
                }
                pages.sort();
                pages.dedup();
                assert_eq!(pages.len(), 7);

                // A part of the id, a type of one's own, and a field that is no column as it is.
                assert_eq!(found(field!(Order.tenant).eq(Tenant(1)).into()).await.len(), 2);
                let by_tenant = Query::all().order_by(field!(Order.tenant).descending()).limit(1);
                assert_eq!(found(by_tenant).await[0].tenant, Tenant(3));
                let tags = vec!["a".to_owned(), "4".to_owned()];
                assert_eq!(found(Query::from(field!(Order.tags).eq(tags)).limit(1)).await.len(), 1);
            }
        }
    };
}

queries!(
    sqlite, "sqlite", sqlx::Sqlite, crate::homes::File,
    text: "TEXT NOT NULL COLLATE NOCASE", quote: "\""
);
queries!(
    postgres, "postgres", sqlx::Postgres, crate::homes::Database<lockproof_test_servers::PostgresKind>,
    text: "text COLLATE \"en-x-icu\" NOT NULL", quote: "\""
);
queries!(
    mysql, "mysql", sqlx::MySql, crate::homes::Database<lockproof_test_servers::MariaDbKind>,
    text: "varchar(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL", quote: "`"
);

#[cfg(feature = "postgres")]
#[tokio::test]
async fn a_type_of_texts_with_an_order_of_its_own_is_ordered_by_bytes_too() {
    use lockproof::SqlTable;
    use sqlx::Row;

    use crate::homes::postgres::pool;

    let place = crate::homes::Database::<lockproof_test_servers::PostgresKind>::new();
    let schema = "CREATE EXTENSION citext;
        CREATE TABLE notes (title text PRIMARY KEY, text citext NOT NULL, fence bigint NOT NULL, version bigint NOT NULL)";
    let pool = pool(&place.url(), schema).await.expect("a database");
    let table = SqlTable::<Note, sqlx::Postgres>::builder("notes")
        .id(field!(Note.title), |title| title)
        .column(field!(Note.text))
        .build_with(|row| {
            Ok(Note { title: row.try_get("title")?, text: row.try_get_unchecked("text")?, number: 0 })
        });
    let notes = Locks::memory().repository(table.expect("a table").pooled(pool));
    for (id, text) in (1..).zip(["b", "A", "B", "a"]) {
        notes.insert(Transient::new(Note { text: text.into(), ..note(id, 0) })).await.expect("a new one");
    }
    let first = Query::all().order_by(field!(Note.text).ascending()).limit(2);
    let first = notes.find_all(first).await.expect("found");
    assert_eq!(first.iter().map(|note| note.text.as_str()).collect::<Vec<_>>(), ["A", "B"]);
    assert_eq!(notes.find_all(field!(Note.text).eq("a").into()).await.expect("found").len(), 1);
}
