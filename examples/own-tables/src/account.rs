//! A plain table.

use lockproof::{InvalidTable, Lockable, SqlDatabase, SqlTable, SqlValue, field};
use sqlx::FromRow;

/// An account and what is on it.
#[derive(Lockable, FromRow, Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Given by the bank.
    #[lock(id)]
    pub id: i64,
    /// Whose it is.
    pub owner: String,
    /// Cents.
    pub balance: i64,
}

/// The same for every database. `fence` holds the token of the lock under which the row was read for writing, and
/// `version` rises with each write.
pub const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS accounts (
    id      BIGINT       NOT NULL PRIMARY KEY,
    owner   VARCHAR(100) NOT NULL,
    balance BIGINT       NOT NULL,
    fence   BIGINT       NOT NULL DEFAULT 0,
    version BIGINT       NOT NULL DEFAULT 0
)";

/// Which column holds what.
///
/// # Errors
/// [`InvalidTable`] if a column cannot be: then this function has to be written differently.
pub fn accounts<D: SqlDatabase>() -> Result<SqlTable<Account, D>, InvalidTable>
where
    i64: SqlValue<D>,
    String: SqlValue<D>,
    Account: for<'r> FromRow<'r, D::Row>,
{
    SqlTable::<Account, D>::builder("accounts")
        .id(field!(Account.id), |id| id)
        .column(field!(Account.owner))
        .column(field!(Account.balance))
        .build()
}
