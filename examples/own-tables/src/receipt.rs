//! A table whose ids the database makes.

use lockproof::{InvalidTable, Lockable, SqlDatabase, SqlTable, SqlValue, field};
use sqlx::FromRow;

/// What was paid in.
#[derive(Lockable, FromRow, Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Made by the database.
    #[lock(id)]
    pub id: i64,
    /// The account.
    pub account: i64,
    /// Cents.
    pub amount: i64,
}

/// The schema, with the column that makes numbers as this database has it: `INTEGER PRIMARY KEY`, say.
#[must_use]
pub fn schema(id: &str) -> String {
    format!(
        "
CREATE TABLE IF NOT EXISTS receipts (
    id      {id},
    account BIGINT NOT NULL,
    amount  BIGINT NOT NULL,
    fence   BIGINT NOT NULL DEFAULT 0,
    version BIGINT NOT NULL DEFAULT 0
)"
    )
}

/// Which column holds what, and what becomes of a number that the database has made.
///
/// # Errors
/// [`InvalidTable`] if a column cannot be: then this function has to be written differently.
pub fn receipts<D: SqlDatabase>() -> Result<SqlTable<Receipt, D>, InvalidTable>
where
    i64: SqlValue<D>,
    Receipt: for<'r> FromRow<'r, D::Row>,
{
    SqlTable::<Receipt, D>::builder("receipts")
        .id(field!(Receipt.id), |id| id)
        .column(field!(Receipt.account))
        .column(field!(Receipt.amount))
        .makes_ids(|number| number)
        .build()
}
