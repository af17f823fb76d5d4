//! A table that is to have no column for the fence: its writes pin the lock's row instead, so the locks have to be in the
//! same database.

use lockproof::{InvalidTable, Lockable, SqlDatabase, SqlTable, SqlValue, field};
use sqlx::FromRow;

/// How much more may be paid in to an account.
#[derive(Lockable, FromRow, Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Which account.
    #[lock(id)]
    pub account: i64,
    /// Cents.
    #[sqlx(rename = "remaining")]
    pub left: i64,
}

/// The same for every database. There is no `fence`; a `version` there always is.
pub const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS quotas (
    account   BIGINT NOT NULL PRIMARY KEY,
    remaining BIGINT NOT NULL,
    version   BIGINT NOT NULL DEFAULT 0
)";

/// Which column holds what: here one has another name than its field.
///
/// # Errors
/// [`InvalidTable`] if a column cannot be: then this function has to be written differently.
pub fn quotas<D: SqlDatabase>() -> Result<SqlTable<Quota, D>, InvalidTable>
where
    i64: SqlValue<D>,
    Quota: for<'r> FromRow<'r, D::Row>,
{
    SqlTable::<Quota, D>::builder("quotas")
        .id(field!(Quota.account), |account| account)
        .column_named("remaining", field!(Quota.left))
        .build()
}
