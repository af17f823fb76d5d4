//! What PostgreSQL's SQLSTATE says about a call. An error of the severity ERROR rolls its statement back, so it is
//! definite; FATAL ends the session, and may have come when the commit was done.

use sqlx::{
    Error as SqlError,
    postgres::{PgDatabaseError, PgSeverity},
};

use crate::store::{StoreError, StoreErrorKind, sql::errors::Verdict};

/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
mod state {
    pub(super) const PROTOCOL: &str = "08P01";
    pub(super) const READ_ONLY: &str = "25006";
    pub(super) const NO_STATEMENT: &str = "26000";
    pub(super) const NOT_AUTHORIZED: &str = "28000";
    pub(super) const WRONG_PASSWORD: &str = "28P01";
    pub(super) const NO_DATABASE: &str = "3D000";
    pub(super) const NO_SCHEMA: &str = "3F000";
    pub(super) const SERIALIZATION: &str = "40001";
    pub(super) const DEADLOCK: &str = "40P01";
    pub(super) const NO_RIGHT: &str = "42501";
    pub(super) const SYNTAX: &str = "42601";
    pub(super) const NO_COLUMN: &str = "42703";
    pub(super) const NO_FUNCTION: &str = "42883";
    pub(super) const OTHER_TYPE: &str = "42804";
    pub(super) const NOT_A_TABLE: &str = "42809";
    pub(super) const NO_TABLE: &str = "42P01";
    pub(super) const STATEMENT_EXISTS: &str = "42P05";
    pub(super) const NO_UNIQUE_KEY: &str = "42P10";
    pub(super) const DISK_FULL: &str = "53100";
    pub(super) const TOO_MANY: &str = "53300";
    pub(super) const NOT_AVAILABLE: &str = "55P03";
    pub(super) const CANCELED: &str = "57014";
    pub(super) const SHUT_DOWN: &str = "57P01";
    pub(super) const CRASHED: &str = "57P02";
    pub(super) const STARTING: &str = "57P03";
    pub(super) const IDLE_SESSION: &str = "57P05";
}

/// What an answer of PostgreSQL means, with the remedy.
pub(crate) fn verdict(answer: &PgDatabaseError) -> Verdict {
    use StoreErrorKind::{Misconfigured, OutcomeUnknown, Rejected, Unavailable};
    let (kind, remedy) = match answer.code() {
        state::READ_ONLY => (
            Misconfigured,
            Some("the server, or the role, is read-only; connect to the primary, with a role that may write"),
        ),
        state::NO_STATEMENT | state::STATEMENT_EXISTS => (
            Misconfigured,
            Some(
                "a pooler changes sessions between statements and does not keep track of those that are prepared; \
                 connect to the server itself, let it pool sessions, or see to its `max_prepared_statements`",
            ),
        ),
        state::PROTOCOL => (
            Misconfigured,
            Some(
                "a pooler that does not know `options` is to ignore them: `ignore_startup_parameters = options`",
            ),
        ),
        state::NOT_AUTHORIZED | state::WRONG_PASSWORD => {
            (Misconfigured, Some("check the user and the password of the URL"))
        }
        state::NO_DATABASE => (Misconfigured, Some("make it first, or give the name of another")),
        state::NO_SCHEMA => {
            (Misconfigured, Some("make the schema first: only tables are made by this crate"))
        }
        state::NO_RIGHT => (
            Misconfigured,
            Some(
                "grant the role SELECT, INSERT, UPDATE and DELETE on the table; to make it as well, CREATE on its schema",
            ),
        ),
        state::NO_TABLE => (Misconfigured, Some("make it first: `ensure_schema()` does it")),
        state::SYNTAX => (Misconfigured, Some("PostgreSQL 12 is needed, or a later one")),
        state::NO_COLUMN
        | state::NO_FUNCTION
        | state::OTHER_TYPE
        | state::NOT_A_TABLE
        | state::NO_UNIQUE_KEY => (
            Misconfigured,
            Some(
                "a table of this name has another shape; rename it, or give the name of another; one of your own gets what it \
                 lacks by `add_columns()`",
            ),
        ),
        state::DISK_FULL => (Rejected, Some("the disk or a quota is full")),
        state::TOO_MANY => (
            Unavailable,
            Some(
                "the server has no connection to spare; raise its `max_connections`, or have fewer in the pools",
            ),
        ),
        state::NOT_AVAILABLE => {
            (Unavailable, Some("a transaction has locked the row or table for long; keep transactions short"))
        }
        state::CANCELED => (Unavailable, Some("it took longer than it may, or somebody canceled it")),
        state::SERIALIZATION | state::DEADLOCK | state::STARTING => (Unavailable, None),
        state::SHUT_DOWN | state::CRASHED | state::IDLE_SESSION => (OutcomeUnknown, None),
        _ if matches!(answer.severity(), PgSeverity::Fatal | PgSeverity::Panic) => (OutcomeUnknown, None),
        _ => (Rejected, None),
    };
    Verdict::new(kind, remedy)
}

/// Whether the connection broke, as one does that was cut while nobody used it. Nobody knows whether the statement was
/// done.
pub(crate) fn is_cut(error: &SqlError) -> bool {
    use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected, UnexpectedEof};
    match error {
        SqlError::Io(error) => {
            matches!(
                error.kind(),
                BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected | UnexpectedEof
            )
        }
        _ => matches!(state_of(error), Some(state::SHUT_DOWN | state::CRASHED | state::IDLE_SESSION)),
    }
}

/// Whether another transaction was in the way, so that the statement was not done. Between statements of this crate that
/// cannot be, unless the role or the database has another isolation than READ COMMITTED.
pub(super) fn is_conflict(error: &SqlError) -> bool {
    matches!(state_of(error), Some(state::SERIALIZATION | state::DEADLOCK))
}

/// Whether a server that does not let us in now may do so soon.
pub(super) fn passes_by_itself(error: &SqlError) -> bool {
    matches!(state_of(error), Some(state::TOO_MANY | state::STARTING))
}

/// Whether the statement waited for another transaction for as long as it may.
pub(super) fn is_locked(error: &StoreError) -> bool {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<SqlError>());
    cause.and_then(state_of) == Some(state::NOT_AVAILABLE)
}

/// The error of a statement that was sent to the database at `place`.
pub(super) fn sent(place: &str, error: SqlError) -> StoreError {
    let verdict = Verdict::of(&error);
    StoreError::new(verdict.kind, format!("{place}: {}", verdict.words(&error))).caused_by(error)
}

/// The error of something that came before the statement: whatever it is, nothing was changed.
pub(super) fn not_sent(place: &str, error: SqlError) -> StoreError {
    let verdict = Verdict::of(&error);
    let kind = match verdict.kind {
        StoreErrorKind::OutcomeUnknown => StoreErrorKind::Unavailable,
        kind => kind,
    };
    StoreError::new(kind, format!("{place}: {}", verdict.words(&error))).caused_by(error)
}

/// The error of a statement whose connection was cut before it was answered, and that could not be sent again.
pub(super) fn lost(place: &str, error: StoreError) -> StoreError {
    let what = format!("{place}: the connection was cut, and then: {error}");
    StoreError::new(StoreErrorKind::OutcomeUnknown, what).caused_by(error)
}

fn state_of(error: &SqlError) -> Option<&str> {
    let SqlError::Database(answer) = error else { return None };
    answer.try_downcast_ref::<PgDatabaseError>().map(PgDatabaseError::code)
}
