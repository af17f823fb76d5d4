//! All cases for homes of entities, over an easy table and over a hard one in each database.

use lockproof::{
    Filter, Locked, MakeEntity, Order as OrderBy, Persistent, Pooled, StoreError, field,
    testing::StorageHarness,
};
use sqlx::{AssertSqlSafe, pool::PoolOptions};

use crate::entities::{Note, Order, Ticket, note, order, ticket};

macro_rules! entities {
    ($entity:ident, $number:ident, $make:expr) => {
        fn entity(&self, id: u32, number: i64) -> $entity {
            ($make)(id, number)
        }

        fn number(&self, entity: &$entity) -> i64 {
            entity.$number
        }

        fn set_number(&self, entity: &mut $entity, number: i64) {
            entity.$number = number;
        }

        fn having(&self, number: i64) -> Option<Filter<$entity>> {
            Some(field!($entity.$number).eq(number))
        }

        fn by_number(&self) -> Option<OrderBy<$entity>> {
            Some(field!($entity.$number).ascending())
        }

        fn swap(&self, one: &mut Locked<Persistent<$entity>>, two: &mut Locked<Persistent<$entity>>) -> bool {
            std::mem::swap(&mut **one, &mut **two);
            true
        }
    };
}
pub(crate) use entities;

macro_rules! homes {
    ($name:ident, $feature:literal, $database:ty, $place:ty, notes: $notes:literal, tickets: $tickets:literal, orders: $orders:expr) => {
        #[cfg(feature = $feature)]
        pub(crate) mod $name {
            use super::*;
            use crate::entities::$name::{notes, orders, tickets};

            /// A database of its own for each case.
            pub(crate) struct Notes($place);
            pub(crate) struct Orders($place);
            pub(crate) struct Tickets($place);

            pub(crate) async fn pool(url: &str, schema: &str) -> Result<sqlx::Pool<$database>, StoreError> {
                let pool = PoolOptions::new().max_connections(4).connect(url).await?;
                let schema = match schema.contains(EXACT) {
                    true => schema
                        .replace(EXACT, &sqlx::query_scalar::<_, String>(EXACT_NAME).fetch_one(&pool).await?),
                    false => schema.to_owned(),
                };
                for statement in schema.split(';') {
                    sqlx::query(AssertSqlSafe(statement.to_owned())).execute(&pool).await?;
                }
                Ok(pool)
            }

            impl StorageHarness for Notes {
                type Entity = Note;
                type Storage = Pooled<Note, $database>;

                async fn open(&self) -> Result<Self::Storage, StoreError> {
                    Ok(notes("notes").pooled(pool(&self.0.url(), $notes).await?))
                }

                entities!(Note, number, note);

                fn with_text(&self, id: u32, text: &str) -> Option<Note> {
                    Some(Note { text: text.into(), ..note(id, 7) })
                }

                fn with_id(&self, id: &str) -> Option<Note> {
                    Some(Note { title: id.into(), text: String::new(), number: i64::MIN })
                }
            }

            impl StorageHarness for Orders {
                type Entity = Order;
                type Storage = Pooled<Order, $database>;

                async fn open(&self) -> Result<Self::Storage, StoreError> {
                    let (table, schema) = $orders(&self.0);
                    Ok(orders(&table).pooled(pool(&self.0.url(), &schema).await?))
                }

                entities!(Order, select, order);

                fn with_text(&self, id: u32, text: &str) -> Option<Order> {
                    Some(Order { group: Some(text.into()), ..order(id, 7) })
                }
            }

            impl StorageHarness for Tickets {
                type Entity = Ticket;
                type Storage = Pooled<Ticket, $database>;

                async fn open(&self) -> Result<Self::Storage, StoreError> {
                    Ok(tickets("tickets").pooled(pool(&self.0.url(), $tickets).await?))
                }

                entities!(Ticket, number, |id: u32, number| ticket(id.into(), number));

                fn with_made_id(&self, number: i64) -> Option<Box<MakeEntity<'static, Ticket>>> {
                    Some(Box::new(move |id| ticket(id, number)))
                }
            }

            lockproof::testing::storage_conformance!(easy, Notes(<$place>::new()));
            lockproof::testing::storage_conformance!(hard, Orders(<$place>::new()));
            lockproof::testing::storage_conformance!(numbered, Tickets(<$place>::new()));
        }
    };
}

/// The collation of MySQL that takes no two texts for equal, in a schema. MariaDB calls it otherwise.
const EXACT: &str = "(exact)";
const EXACT_NAME: &str = "SELECT CAST(collation_name AS CHAR) FROM information_schema.collations
    WHERE collation_name IN ('utf8mb4_nopad_bin', 'utf8mb4_0900_bin')";

/// A file, where a server has a database.
#[cfg(feature = "sqlite")]
pub(crate) struct File(tempfile::TempDir);

#[cfg(feature = "sqlite")]
impl File {
    pub(crate) fn new() -> Self {
        Self(tempfile::TempDir::new().expect("a directory"))
    }

    pub(crate) fn url(&self) -> String {
        format!("sqlite:{}?mode=rwc", self.0.path().join("own.db").display())
    }
}

/// A database of a server that all tests of this process have in common.
#[cfg(any(feature = "mysql", feature = "postgres"))]
pub(crate) struct Database<K> {
    url: String,
    of: std::marker::PhantomData<fn() -> K>,
}

#[cfg(feature = "postgres")]
impl Database<lockproof_test_servers::PostgresKind> {
    pub(crate) fn new() -> Self {
        Self { url: lockproof_test_servers::Postgres::shared().database(), of: std::marker::PhantomData }
    }
}

#[cfg(feature = "mysql")]
impl Database<lockproof_test_servers::MariaDbKind> {
    pub(crate) fn new() -> Self {
        Self { url: lockproof_test_servers::mysql_database(), of: std::marker::PhantomData }
    }
}

#[cfg(any(feature = "mysql", feature = "postgres"))]
impl<K> Database<K> {
    pub(crate) fn url(&self) -> String {
        self.url.clone()
    }
}

homes! {
    sqlite, "sqlite", sqlx::Sqlite, super::File,
    notes: "CREATE TABLE IF NOT EXISTS notes (
        title TEXT PRIMARY KEY, text TEXT NOT NULL, number INTEGER NOT NULL,
        fence INTEGER NOT NULL DEFAULT 0, version INTEGER NOT NULL DEFAULT 0)",
    tickets: "CREATE TABLE IF NOT EXISTS tickets (
        id INTEGER PRIMARY KEY, slug TEXT NOT NULL UNIQUE, number INTEGER NOT NULL,
        fence INTEGER NOT NULL DEFAULT 0, version INTEGER NOT NULL DEFAULT 0)",
    orders: |_: &super::File| ("main.order".to_owned(), "CREATE TABLE IF NOT EXISTS \"order\" (
        tenant_id INTEGER, number INTEGER, \"group\" TEXT, \"select\" INTEGER NOT NULL, tags TEXT NOT NULL,
        made TEXT NOT NULL DEFAULT 'by hand',
        lock_fence INTEGER NOT NULL DEFAULT 0, lock_version INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (number, tenant_id))".to_owned())
}

homes! {
    postgres, "postgres", sqlx::Postgres, super::Database<lockproof_test_servers::PostgresKind>,
    notes: "CREATE TABLE IF NOT EXISTS notes (
        title text PRIMARY KEY, text text NOT NULL, number bigint NOT NULL,
        fence bigint NOT NULL DEFAULT 0, version bigint NOT NULL DEFAULT 0)",
    tickets: "CREATE TABLE IF NOT EXISTS tickets (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, slug text NOT NULL UNIQUE, number bigint NOT NULL,
        fence bigint NOT NULL DEFAULT 0, version bigint NOT NULL DEFAULT 0)",
    orders: |_: &super::Database<_>| ("shop.order".to_owned(), "CREATE SCHEMA IF NOT EXISTS shop;
        CREATE TABLE IF NOT EXISTS shop.\"order\" (
        tenant_id bigint, number integer, \"group\" varchar(500000), \"select\" bigint NOT NULL, tags text NOT NULL,
        made text NOT NULL DEFAULT 'by hand',
        lock_fence bigint NOT NULL DEFAULT 0, lock_version bigint NOT NULL DEFAULT 0,
        PRIMARY KEY (number, tenant_id))".to_owned())
}

homes! {
    mysql, "mysql", sqlx::MySql, super::Database<lockproof_test_servers::MariaDbKind>,
    notes: "CREATE TABLE IF NOT EXISTS notes (
        title varchar(100) PRIMARY KEY, text longtext NOT NULL, number bigint NOT NULL,
        fence bigint NOT NULL DEFAULT 0, version bigint NOT NULL DEFAULT 0)
        CHARACTER SET utf8mb4 COLLATE (exact)",
    tickets: "CREATE TABLE IF NOT EXISTS tickets (
        id bigint AUTO_INCREMENT PRIMARY KEY, slug varchar(100) NOT NULL UNIQUE, number bigint NOT NULL,
        fence bigint NOT NULL DEFAULT 0, version bigint NOT NULL DEFAULT 0)",
    orders: |place: &super::Database<_>| {
        let database = place.url().rsplit_once('/').expect("the name of a database").1.to_owned();
        (format!("{database}.order"), "CREATE TABLE IF NOT EXISTS `order` (
            tenant_id bigint, number integer, `group` longtext, `select` bigint NOT NULL, tags text NOT NULL,
            made varchar(20) NOT NULL DEFAULT 'by hand',
            lock_fence bigint NOT NULL DEFAULT 0, lock_version bigint NOT NULL DEFAULT 0,
            PRIMARY KEY (number, tenant_id)) CHARACTER SET utf8mb4".to_owned())
    }
}
