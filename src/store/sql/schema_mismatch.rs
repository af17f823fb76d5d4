use std::fmt;

use super::TableName;
use crate::store::{StoreError, StoreErrorKind};

/// A table that is not there, or lacks something: the source of a [`StoreError`] of the kind
/// [`Misconfigured`](StoreErrorKind::Misconfigured).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaMismatch {
    table: TableName,
    missing: Vec<String>,
    there: bool,
}

impl SchemaMismatch {
    pub(crate) fn new(table: TableName, missing: Vec<String>, there: bool) -> Self {
        Self { table, missing, there }
    }

    /// The table.
    pub fn table(&self) -> &TableName {
        &self.table
    }

    /// Whether there is a table of this name at all.
    pub fn is_there(&self) -> bool {
        self.there
    }

    /// The columns and indexes that it does not have.
    pub fn missing(&self) -> impl Iterator<Item = &str> {
        self.missing.iter().map(String::as_str)
    }

    /// As the error of a store whose database is at `place`.
    pub(crate) fn at(self, place: &str) -> StoreError {
        StoreError::new(StoreErrorKind::Misconfigured, format!("{place}: {self}")).caused_by(self)
    }
}

impl fmt::Display for SchemaMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, missing, there } = self;
        match there {
            false => write!(
                f,
                "there is no table `{table}`; `ensure_schema()` makes it, a `migrator()` does, or the SQL that \
                 `schema()` gives"
            ),
            true => write!(
                f,
                "the table `{table}` has no `{}`; if it is this crate's, of an earlier version, `ensure_schema()` or a \
                 `migrator()` brings it up to date; if it is another's, rename it, or give another `TableName`",
                missing.join("`, `")
            ),
        }
    }
}

impl std::error::Error for SchemaMismatch {}
