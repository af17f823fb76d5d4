//! The cases for homes of entities, on each that comes with the crate and on a table of one's own.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use lockproof::{
    Filter, Lockable, Locked, MakeEntity, MemoryStorage, Order, Persistent, StoreError, field,
    testing::StorageHarness,
};
use serde::{Deserialize, Serialize};

use crate::{
    account::{Account, account},
    table::Table,
};

/// As free as an entity can be.
#[derive(Lockable, Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Note {
    #[lock(id)]
    title: String,
    text: String,
    number: i64,
}

/// What a harness says of its entities, for two types of them.
macro_rules! entities {
    ($entity:ident, $number:ident, $text:ident, $make:expr) => {
        fn entity(&self, id: u32, number: i64) -> $entity {
            ($make)(id, number)
        }

        fn number(&self, entity: &$entity) -> i64 {
            entity.$number
        }

        fn set_number(&self, entity: &mut $entity, number: i64) {
            entity.$number = number;
        }

        fn with_text(&self, id: u32, text: &str) -> Option<$entity> {
            Some($entity { $text: text.into(), ..($make)(id, 7) })
        }

        fn having(&self, number: i64) -> Option<Filter<$entity>> {
            Some(field!($entity.$number).eq(number))
        }

        fn by_number(&self) -> Option<Order<$entity>> {
            Some(field!($entity.$number).ascending())
        }

        fn swap(&self, one: &mut Locked<Persistent<$entity>>, two: &mut Locked<Persistent<$entity>>) -> bool {
            std::mem::swap(&mut **one, &mut **two);
            true
        }
    };
}

macro_rules! notes {
    () => {
        entities!(Note, number, text, |id: u32, number| Note {
            title: id.to_string(),
            text: format!("note {id}"),
            number
        });

        fn with_id(&self, id: &str) -> Option<Note> {
            Some(Note { title: id.into(), text: String::new(), number: i64::MIN })
        }
    };
}

struct InMemory(MemoryStorage<Note>);

impl Default for InMemory {
    fn default() -> Self {
        let last = AtomicU64::new(0);
        Self(MemoryStorage::with_ids(move || format!("note {}", last.fetch_add(1, SeqCst))))
    }
}

impl StorageHarness for InMemory {
    type Entity = Note;
    type Storage = MemoryStorage<Note>;

    async fn open(&self) -> Result<MemoryStorage<Note>, StoreError> {
        Ok(self.0.clone())
    }

    fn with_made_id(&self, number: i64) -> Option<Box<MakeEntity<'static, Note>>> {
        Some(Box::new(move |title| Note { title, text: String::new(), number }))
    }

    notes!();
}

#[derive(Default)]
struct OfOnesOwn(Table);

impl StorageHarness for OfOnesOwn {
    type Entity = Account;
    type Storage = Table;

    async fn open(&self) -> Result<Table, StoreError> {
        Ok(self.0.clone())
    }

    entities!(Account, balance, owner, |id: u32, balance| account(id.into(), balance));
}

/// Documents in a database, and the service that they are locked with.
#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
macro_rules! documents {
    ($name:ident, $documents:ident, $place:ident, locks: |$of:ident| $locks:expr) => {
        struct $name($crate::places::$place);

        impl $name {
            fn new() -> Self {
                Self($crate::places::$place::new())
            }
        }

        impl StorageHarness for $name {
            type Entity = Note;
            type Storage = lockproof::$documents<Note>;

            async fn open(&self) -> Result<Self::Storage, StoreError> {
                lockproof::$documents::open(&self.0.at()).await
            }

            async fn locks(&self) -> Result<Locks, StoreError> {
                let $of = self;
                Ok($locks)
            }

            notes!();
        }
    };
}

/// Locks in one place and entities in another, in all ways in which these differ.
mod documents {
    use lockproof::Locks;

    use super::*;

    #[cfg(feature = "sqlite")]
    mod sqlite {
        use super::*;

        documents!(OnePlace, SqliteDocuments, File, locks: |it| {
            Locks::new(lockproof::SqliteStore::open(it.0.at()).await?)
        });
        documents!(TwoPlaces, SqliteDocuments, File, locks: |_it| Locks::memory());

        lockproof::testing::storage_conformance!(beside_their_locks, OnePlace::new());
        lockproof::testing::storage_conformance!(without_their_locks, TwoPlaces::new());
    }

    #[cfg(all(feature = "postgres", unix))]
    mod postgres {
        use super::*;

        documents!(OnePlace, PostgresDocuments, PostgresDatabase, locks: |it| {
            Locks::new(lockproof::PostgresStore::open(&it.0.at()).await?)
        });
        documents!(TwoPlaces, PostgresDocuments, PostgresDatabase, locks: |_it| Locks::memory());

        lockproof::testing::storage_conformance!(beside_their_locks, OnePlace::new());
        lockproof::testing::storage_conformance!(without_their_locks, TwoPlaces::new());
    }

    #[cfg(all(feature = "mysql", unix))]
    mod mysql {
        use super::*;

        documents!(OnePlace, MySqlDocuments, MySqlDatabase, locks: |it| {
            Locks::new(lockproof::MySqlStore::open(it.0.at()).await?)
        });
        documents!(TwoPlaces, MySqlDocuments, MySqlDatabase, locks: |_it| Locks::memory());

        lockproof::testing::storage_conformance!(beside_their_locks, OnePlace::new());
        lockproof::testing::storage_conformance!(without_their_locks, TwoPlaces::new());
    }

    #[cfg(all(feature = "mysql", feature = "postgres", unix))]
    mod between_servers {
        use super::*;
        use crate::places::{MySqlDatabase, PostgresDatabase};

        documents!(LocksInPostgres, MySqlDocuments, MySqlDatabase, locks: |_it| {
            Locks::new(lockproof::PostgresStore::open(&PostgresDatabase::new().at()).await?)
        });
        documents!(LocksInMySql, PostgresDocuments, PostgresDatabase, locks: |_it| {
            Locks::new(lockproof::MySqlStore::open(MySqlDatabase::new().at()).await?)
        });

        lockproof::testing::storage_conformance!(locks_in_postgres, LocksInPostgres::new());
        lockproof::testing::storage_conformance!(locks_in_mysql, LocksInMySql::new());
    }
}

lockproof::testing::storage_conformance!(memory, InMemory::default());
lockproof::testing::storage_conformance!(table, OfOnesOwn::default());
