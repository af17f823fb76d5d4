//! What has failed, with the names of the table and of the row.

use std::error::Error;

use sqlx::{Error as SqlError, error::BoxDynError};

use crate::{
    model::LockKey,
    store::{StoreError, StoreErrorKind, sql::errors::Verdict},
};

/// Where something may fail.
#[derive(Clone, Copy)]
pub(super) struct Failures<'a> {
    pub(super) table: &'a str,
    /// Which row, if it is about one.
    pub(super) key: Option<&'a LockKey>,
}

impl Failures<'_> {
    /// A statement that was sent.
    pub(super) fn sent(self, error: SqlError) -> StoreError {
        let verdict = Verdict::of(&error);
        self.told(verdict.kind, &verdict.words(&error), error)
    }

    /// What comes before a statement: whatever has failed, nothing was changed.
    pub(super) fn connected<C>(self, connection: Result<C, SqlError>) -> Result<C, StoreError> {
        connection.map_err(|error| {
            let verdict = Verdict::of(&error);
            let kind = match verdict.kind {
                StoreErrorKind::OutcomeUnknown => StoreErrorKind::Unavailable,
                kind => kind,
            };
            self.told(kind, &verdict.words(&error), error)
        })
    }

    /// A value that cannot be sent.
    pub(super) fn value(self, error: BoxDynError) -> StoreError {
        self.told(StoreErrorKind::Rejected, &format!("a value cannot be written: {error}"), error)
    }

    /// A row that cannot be read.
    pub(super) fn row(self, error: SqlError) -> StoreError {
        self.told(StoreErrorKind::Rejected, &format!("the row does not read as the entity: {error}"), error)
    }

    /// A row without what every row must have.
    pub(super) fn held(self, fence: &str, version: &str, error: SqlError) -> StoreError {
        let what = format!(
            "the columns {fence} and {version} must be 64-bit numbers and NOT NULL, with 0 in rows that were there before \
             them: {error}"
        );
        self.told(StoreErrorKind::Misconfigured, &what, error)
    }

    fn told(
        self,
        kind: StoreErrorKind,
        what: &str,
        cause: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> StoreError {
        let table = self.table;
        let what = match self.key {
            Some(key) => format!("table {table}, {key}: {what}"),
            None => format!("table {table}: {what}"),
        };
        StoreError::new(kind, what).caused_by(cause)
    }
}
