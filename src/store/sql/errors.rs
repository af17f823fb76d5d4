//! What an error of sqlx says about the call: the part that is the same for every SQL database.

use sqlx::{
    Error as SqlError,
    error::{DatabaseError, ErrorKind},
};

use crate::store::{StoreError, StoreErrorKind};

/// So that a `Storage` over one's own SQL can use `?`.
///
/// Definite, nothing was changed: the pool gave no connection ([`Unavailable`](StoreErrorKind::Unavailable)), the
/// database was busy for too long (`Unavailable`), it refused the statement or a constraint did
/// ([`Rejected`](StoreErrorKind::Rejected)), a file, a right or a table is missing
/// ([`Misconfigured`](StoreErrorKind::Misconfigured)), a value could not be encoded or decoded (`Rejected`: decode only
/// what a read returned, or a claim, whose stamp alone harms nobody).
///
/// Everything else, above all an input or output error half-way, is
/// [`OutcomeUnknown`](StoreErrorKind::OutcomeUnknown); so is what this crate does not know about a database of
/// another make.
impl From<SqlError> for StoreError {
    fn from(error: SqlError) -> Self {
        let verdict = Verdict::of(&error);
        Self::new(verdict.kind, verdict.words(&error)).caused_by(error)
    }
}

/// The kind of an error, and what to do about it.
pub(crate) struct Verdict {
    pub(crate) kind: StoreErrorKind,
    remedy: Option<&'static str>,
}

impl Verdict {
    pub(crate) fn new(kind: StoreErrorKind, remedy: Option<&'static str>) -> Self {
        Self { kind, remedy }
    }

    pub(crate) fn of(error: &SqlError) -> Self {
        use StoreErrorKind::{Misconfigured, OutcomeUnknown, Rejected, Unavailable};

        match error {
            SqlError::Database(answer) => Self::of_answer(&**answer),
            SqlError::PoolTimedOut => {
                let remedy = "all its connections are in use; give it more, or the locks a pool of their own";
                Self::new(Unavailable, Some(remedy))
            }
            SqlError::PoolClosed => Self::new(Unavailable, None),
            SqlError::Io(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                Self::new(Unavailable, None)
            }
            SqlError::Configuration(_) | SqlError::Tls(_) | SqlError::Migrate(_) => {
                Self::new(Misconfigured, None)
            }
            SqlError::InvalidArgument(_)
            | SqlError::RowNotFound
            | SqlError::TypeNotFound { .. }
            | SqlError::ColumnIndexOutOfBounds { .. }
            | SqlError::ColumnNotFound(_)
            | SqlError::ColumnDecode { .. }
            | SqlError::Encode(_)
            | SqlError::Decode(_)
            | SqlError::InvalidSavePointStatement
            | SqlError::BeginFailed => Self::new(Rejected, None),
            _ => Self::new(OutcomeUnknown, None),
        }
    }

    /// What a database has answered: each knows its own codes.
    fn of_answer(answer: &dyn DatabaseError) -> Self {
        #[cfg(feature = "mysql")]
        if let Some(answer) = answer.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>() {
            return super::mysql::errors::verdict(answer);
        }
        #[cfg(feature = "postgres")]
        if let Some(answer) = answer.try_downcast_ref::<sqlx::postgres::PgDatabaseError>() {
            return super::postgres::errors::verdict(answer);
        }
        #[cfg(feature = "sqlite")]
        if let Some(answer) = answer.try_downcast_ref::<sqlx::sqlite::SqliteError>() {
            return super::sqlite::errors::verdict(answer);
        }
        match answer.kind() {
            ErrorKind::Other => Self::new(StoreErrorKind::OutcomeUnknown, None),
            _ => Self::new(StoreErrorKind::Rejected, None),
        }
    }

    /// What happened, and the remedy.
    pub(crate) fn words(&self, error: &SqlError) -> String {
        let what = match error {
            SqlError::Database(answer) => answer.message().to_owned(),
            other => other.to_string(),
        };
        match self.remedy {
            Some(remedy) => format!("{what}; {remedy}"),
            None => what,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;

    #[test]
    fn only_what_is_definite_is_called_so() {
        let kind = |error: SqlError| StoreError::from(error).kind();
        assert_eq!(kind(SqlError::PoolTimedOut), StoreErrorKind::Unavailable);
        assert_eq!(kind(SqlError::RowNotFound), StoreErrorKind::Rejected);
        assert_eq!(kind(SqlError::WorkerCrashed), StoreErrorKind::OutcomeUnknown);
        let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        assert_eq!(kind(SqlError::Io(reset)), StoreErrorKind::OutcomeUnknown);
    }

    #[test]
    fn keeps_the_cause() {
        let error = StoreError::from(SqlError::PoolTimedOut);
        assert!(error.to_string().contains("pool of their own"), "{error}");
        assert!(error.source().is_some_and(|source| source.is::<SqlError>()));
    }
}
