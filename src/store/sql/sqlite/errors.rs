//! What SQLite's result codes say about a call. A statement that fails is rolled back, so most of them are definite.

use sqlx::{Error as SqlError, error::DatabaseError, sqlite::SqliteError};

use crate::store::{StoreError, StoreErrorKind, sql::errors::Verdict};

/// The primary result codes, <https://www.sqlite.org/rescode.html>; the extended ones have them in their low byte.
mod code {
    pub(super) const ERROR: i32 = 1;
    pub(super) const PERM: i32 = 3;
    pub(super) const ABORT: i32 = 4;
    pub(super) const BUSY: i32 = 5;
    pub(super) const LOCKED: i32 = 6;
    pub(super) const NOMEM: i32 = 7;
    pub(super) const READONLY: i32 = 8;
    pub(super) const INTERRUPT: i32 = 9;
    pub(super) const IOERR: i32 = 10;
    pub(super) const CORRUPT: i32 = 11;
    pub(super) const FULL: i32 = 13;
    pub(super) const CANTOPEN: i32 = 14;
    pub(super) const PROTOCOL: i32 = 15;
    pub(super) const SCHEMA: i32 = 17;
    pub(super) const AUTH: i32 = 23;
    pub(super) const NOTADB: i32 = 26;
}

/// What an answer of SQLite means, with the remedy.
pub(crate) fn verdict(answer: &SqliteError) -> Verdict {
    use StoreErrorKind::{Misconfigured, OutcomeUnknown, Rejected, Unavailable};
    let no_such = || {
        ["no such table", "no such column", "has no column"].iter().any(|it| answer.message().contains(it))
    };
    let (kind, remedy) = match primary_code(answer) {
        code::BUSY | code::LOCKED | code::PROTOCOL => (
            Unavailable,
            Some("database busy: another connection is writing for long; keep write transactions short"),
        ),
        code::READONLY => (
            Misconfigured,
            Some(
                "the file or its directory is read-only for this process, or was moved; \
                 grant the right to write both, or give another path",
            ),
        ),
        code::CANTOPEN => (
            Misconfigured,
            Some(
                "give the path of a file; make its directory first, and grant this process the right to make files in it",
            ),
        ),
        code::NOTADB => (
            Misconfigured,
            Some("it is a file of another kind, or encrypted; give a path to an SQLite file or to none yet"),
        ),
        code::CORRUPT => {
            (Misconfigured, Some("the file is damaged; restore it, or ask `PRAGMA integrity_check`"))
        }
        code::PERM | code::AUTH => (Misconfigured, Some("grant this process the right to read and write it")),
        code::ERROR if no_such() => (
            Misconfigured,
            Some(
                "make it first (a `SqliteStore` has `ensure_schema()`, `open` and `from_pool` of `SqliteDocuments` do \
                 it); a table of another shape under this name has to be renamed before, and one of your own gets what it \
                 lacks by `add_columns()`",
            ),
        ),
        code::FULL => (Rejected, Some("the disk or a quota is full")),
        code::IOERR => (OutcomeUnknown, None),
        code::ABORT | code::NOMEM | code::INTERRUPT | code::SCHEMA => (Unavailable, None),
        _ => (Rejected, None),
    };
    Verdict::new(kind, remedy)
}

/// Whether another connection was in the way, so that the same statement can be tried again.
pub(crate) fn is_busy(error: &SqlError) -> bool {
    matches!(primary_code_of(error), Some(code::BUSY | code::LOCKED | code::PROTOCOL))
}

/// Whether there was no room for the statement.
pub(crate) fn is_full(error: &SqlError) -> bool {
    primary_code_of(error) == Some(code::FULL)
}

/// The error of a statement that was sent to the database at `path`.
pub(crate) fn sent(path: &str, error: SqlError) -> StoreError {
    let verdict = Verdict::of(&error);
    StoreError::new(verdict.kind, format!("{path}: {}", verdict.words(&error))).caused_by(error)
}

/// The error of something that came before the statement: whatever it is, nothing was changed.
pub(crate) fn not_sent(path: &str, error: SqlError) -> StoreError {
    let verdict = Verdict::of(&error);
    let kind = match verdict.kind {
        StoreErrorKind::OutcomeUnknown => StoreErrorKind::Unavailable,
        kind => kind,
    };
    StoreError::new(kind, format!("{path}: {}", verdict.words(&error))).caused_by(error)
}

fn primary_code_of(error: &SqlError) -> Option<i32> {
    let SqlError::Database(answer) = error else { return None };
    answer.try_downcast_ref::<SqliteError>().map(primary_code)
}

fn primary_code(answer: &SqliteError) -> i32 {
    answer.code().and_then(|code| code.parse::<i32>().ok()).map_or(code::ERROR, |code| code & 0xff)
}
