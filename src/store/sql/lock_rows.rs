use sqlx::{Database, Pool};

use crate::store::{LockStore, StoreId, TableName};

/// A lock store whose locks are rows of a table in a database `D`, so that a write in the same database can pin them:
/// `SqliteStore` in `sqlx::Sqlite`, `PostgresStore` in `sqlx::Postgres`, `MySqlStore` in `sqlx::MySql`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not keep its locks in a table of `{D}`",
    label = "no store of locks in `{D}`",
    note = "a write can pin the row of a lock only in the database that it is in; for locks that are elsewhere, give the table \
            a column for the fence and call `pooled`"
)]
pub trait LockRows<D: Database>: LockStore + sealed::HasRows<D> {}

#[diagnostic::do_not_recommend]
impl<D: Database, S: LockStore + sealed::HasRows<D>> LockRows<D> for S {}

/// The rows of a lock store, and the way to them.
#[derive(Debug)]
pub struct Rows<D: Database> {
    pub(crate) store: StoreId,
    pub(crate) table: TableName,
    pub(crate) pool: Pool<D>,
}

pub(crate) mod sealed {
    /// Nobody outside can name it.
    pub trait HasRows<D: sqlx::Database> {
        /// Where the rows are.
        fn rows(&self) -> super::Rows<D>;
    }
}
