//! What the error numbers of MySQL and MariaDB say about a call. A statement that fails is rolled back, so most of them
//! are definite.

use sqlx::{Error as SqlError, mysql::MySqlDatabaseError};

use crate::store::{StoreError, StoreErrorKind, sql::errors::Verdict};

/// <https://mariadb.com/kb/en/mariadb-error-codes/>; those of MySQL have the same numbers, but where it is said.
mod number {
    pub(super) const DISK_FULL: u16 = 1021;
    pub(super) const OUT_OF_MEMORY: u16 = 1041;
    pub(super) const TOO_MANY_CONNECTIONS: u16 = 1040;
    pub(super) const NO_RIGHT_TO_DATABASE: u16 = 1044;
    pub(super) const WRONG_PASSWORD: u16 = 1045;
    pub(super) const NO_DATABASE: u16 = 1046;
    pub(super) const UNKNOWN_DATABASE: u16 = 1049;
    pub(super) const SHUTTING_DOWN: u16 = 1053;
    pub(super) const NO_SUCH_COLUMN: u16 = 1054;
    pub(super) const SYNTAX: u16 = 1064;
    pub(super) const TABLE_FULL: u16 = 1114;
    pub(super) const NO_RIGHT_TO_TABLE: u16 = 1142;
    pub(super) const NO_RIGHT_TO_COLUMN: u16 = 1143;
    pub(super) const NO_SUCH_TABLE: u16 = 1146;
    pub(super) const ABORTED: u16 = 1152;
    pub(super) const PACKET_TOO_LARGE: u16 = 1153;
    pub(super) const COMMIT_FAILED: u16 = 1180;
    pub(super) const USERS_CONNECTIONS: u16 = 1203;
    pub(super) const LOCK_WAIT_TIMEOUT: u16 = 1205;
    pub(super) const DEADLOCK: u16 = 1213;
    pub(super) const USERS_RESOURCES: u16 = 1226;
    pub(super) const NO_PRIVILEGE: u16 = 1227;
    pub(super) const READ_ONLY: u16 = 1290;
    pub(super) const INTERRUPTED: u16 = 1317;
    pub(super) const OTHER_PLUGIN: u16 = 1524;
    pub(super) const WRONG_PASSWORD_OF_PLUGIN: u16 = 1698;
    pub(super) const READ_ONLY_TRANSACTION: u16 = 1792;
    pub(super) const READ_ONLY_MODE: u16 = 1836;
    /// MariaDB.
    pub(super) const KILLED: u16 = 1927;
    /// MariaDB.
    pub(super) const STATEMENT_TIMEOUT: u16 = 1969;
    /// MySQL.
    pub(super) const QUERY_TIMEOUT: u16 = 3024;
    /// MySQL.
    pub(super) const SESSION_KILLED: u16 = 3169;
    /// MySQL.
    pub(super) const IDLE_FOR_TOO_LONG: u16 = 4031;
}

/// What an answer of the server means, with the remedy.
pub(crate) fn verdict(answer: &MySqlDatabaseError) -> Verdict {
    use StoreErrorKind::{Misconfigured, OutcomeUnknown, Rejected, Unavailable};

    let (kind, remedy) = match answer.number() {
        number::WRONG_PASSWORD | number::WRONG_PASSWORD_OF_PLUGIN => {
            (Misconfigured, Some("check user and password"))
        }
        number::OTHER_PLUGIN => (
            Misconfigured,
            Some("the server does not know how this user is to log in; give it a password of another kind"),
        ),
        number::NO_RIGHT_TO_DATABASE
        | number::NO_RIGHT_TO_TABLE
        | number::NO_RIGHT_TO_COLUMN
        | number::NO_PRIVILEGE => (
            Misconfigured,
            Some(
                "grant this user SELECT, INSERT, UPDATE and DELETE on the table, and CREATE if this program is to make it",
            ),
        ),
        number::NO_DATABASE => {
            (Misconfigured, Some("name a database in the URL: `mysql://user@host/database`"))
        }
        number::UNKNOWN_DATABASE => (Misconfigured, Some("make the database first, or name another")),
        number::NO_SUCH_TABLE | number::NO_SUCH_COLUMN => (
            Misconfigured,
            Some(
                "make it first (`ensure_schema()`, a `migrator()`, or the SQL that `schema()` gives); a table of another shape \
                 under this name has to be renamed before, and one of your own gets what it lacks by `add_columns()`",
            ),
        ),
        number::SYNTAX => (Misconfigured, Some("MariaDB 10.6 or MySQL 8 is needed, or a later one")),
        number::READ_ONLY | number::READ_ONLY_MODE | number::READ_ONLY_TRANSACTION => (
            Misconfigured,
            Some("locks are written: connect to the primary, not to a replica, and without `read_only`"),
        ),
        number::TOO_MANY_CONNECTIONS | number::USERS_CONNECTIONS | number::USERS_RESOURCES => {
            (Unavailable, Some("raise the server's limit, or give the pools fewer connections"))
        }
        number::LOCK_WAIT_TIMEOUT | number::STATEMENT_TIMEOUT | number::QUERY_TIMEOUT => (
            Unavailable,
            Some("somebody else's transaction was in the way for too long, or the server is too slow"),
        ),
        number::DEADLOCK
        | number::SHUTTING_DOWN
        | number::INTERRUPTED
        | number::ABORTED
        | number::KILLED
        | number::SESSION_KILLED
        | number::IDLE_FOR_TOO_LONG
        | number::OUT_OF_MEMORY => (Unavailable, None),
        number::DISK_FULL | number::TABLE_FULL => (Rejected, Some("the disk or a quota is full")),
        number::PACKET_TOO_LARGE => {
            (Rejected, Some("raise the server's `max_allowed_packet`, or keep large things elsewhere"))
        }
        number::COMMIT_FAILED => (OutcomeUnknown, None),
        _ => (Rejected, None),
    };
    Verdict::new(kind, remedy)
}

/// Whether the connection is of no use any more. Whether the statement was done is another matter.
pub(crate) fn is_cut(error: &SqlError) -> bool {
    match error {
        SqlError::Database(_) => matches!(
            number_of(error),
            Some(
                number::SHUTTING_DOWN
                    | number::ABORTED
                    | number::KILLED
                    | number::SESSION_KILLED
                    | number::IDLE_FOR_TOO_LONG
            )
        ),
        SqlError::Io(_) | SqlError::Protocol(_) => true,
        _ => false,
    }
}

/// Whether somebody else was in the way, so that no row was hit.
pub(super) fn is_blocked(error: &SqlError) -> bool {
    matches!(number_of(error), Some(number::LOCK_WAIT_TIMEOUT | number::STATEMENT_TIMEOUT | number::DEADLOCK))
}

/// The error of a statement that was sent to the server at `address`.
pub(super) fn sent(address: &str, error: SqlError) -> StoreError {
    let verdict = Verdict::of(&error);
    StoreError::new(verdict.kind, format!("{address}: {}", verdict.words(&error))).caused_by(error)
}

/// The error of something that came before the statement: whatever it is, nothing was changed.
pub(super) fn not_sent(address: &str, error: SqlError) -> StoreError {
    let verdict = Verdict::of(&error);
    let kind = match verdict.kind {
        StoreErrorKind::OutcomeUnknown => StoreErrorKind::Unavailable,
        kind => kind,
    };
    StoreError::new(kind, format!("{address}: {}", verdict.words(&error))).caused_by(error)
}

/// The error of a statement that was sent before on a connection that was then cut, and did not get through again.
pub(super) fn in_doubt(address: &str, error: SqlError) -> StoreError {
    let what = format!("{address}: the connection was cut: {error}");
    StoreError::new(StoreErrorKind::OutcomeUnknown, what).caused_by(error)
}

fn number_of(error: &SqlError) -> Option<u16> {
    let SqlError::Database(answer) = error else { return None };
    answer.try_downcast_ref::<MySqlDatabaseError>().map(MySqlDatabaseError::number)
}
