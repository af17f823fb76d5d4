//! What every lock store must do, on those that come with the library: each case is a test of each store.

mod complete;
mod harnesses;
#[path = "../support/plain.rs"]
mod plain;

mod conformance {
    #[cfg(all(feature = "mysql", unix))]
    use crate::harnesses::MySql;
    #[cfg(all(feature = "postgres", unix))]
    use crate::harnesses::Postgres;
    #[cfg(feature = "sqlite")]
    use crate::harnesses::Sqlite;
    use crate::harnesses::{Decorated, Memory, Plain};

    lockproof::testing::conformance!(memory, Memory::default());
    lockproof::testing::conformance!(plain, Plain::default());
    lockproof::testing::conformance!(decorated_memory, Decorated::default());
    #[cfg(all(feature = "mysql", unix))]
    lockproof::testing::conformance!(mysql, MySql::new());
    #[cfg(all(feature = "postgres", unix))]
    lockproof::testing::conformance!(postgres, Postgres::new());
    #[cfg(feature = "sqlite")]
    lockproof::testing::conformance!(sqlite, Sqlite::new());
}
