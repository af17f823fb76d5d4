use std::{error::Error, fmt, sync::Arc};

/// Why a lock store, or the database behind a repository, could not do what it was asked.
///
/// "Held by somebody else" is never one of these.
#[derive(Clone, Debug)]
pub struct StoreError {
    kind: StoreErrorKind,
    what: String,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

/// What a [`StoreError`] means for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// It has to be set up differently: schema, rights, URL. Trying again is no use.
    Misconfigured,
    /// It may have been done and may not have been: no answer came.
    OutcomeUnknown,
    /// The store refused, and nothing was changed.
    Rejected,
    /// It could not be reached, and nothing was changed.
    Unavailable,
    /// The store does not have this operation.
    Unsupported,
}

/// Whether an operation that ended in an error was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums, reason = "there is no third answer")]
pub enum Outcome {
    /// It was not done.
    NotDone,
    /// It may have been done.
    Unknown,
}

impl StoreError {
    /// An error that says what happened.
    pub fn new(kind: StoreErrorKind, what: impl Into<String>) -> Self {
        Self { kind, what: what.into(), source: None }
    }

    /// The same error with its cause.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }

    /// No answer came within `limit`.
    pub(crate) fn no_answer(limit: std::time::Duration) -> Self {
        Self::new(StoreErrorKind::OutcomeUnknown, format!("no answer within {limit:?}"))
    }

    /// What it means for the caller.
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }

    /// Whether it was done.
    pub fn outcome(&self) -> Outcome {
        match self.kind {
            StoreErrorKind::OutcomeUnknown => Outcome::Unknown,
            _ => Outcome::NotDone,
        }
    }

    /// Whether the same call may succeed later.
    pub fn is_retryable(&self) -> bool {
        matches!(self.kind, StoreErrorKind::Unavailable | StoreErrorKind::OutcomeUnknown)
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            StoreErrorKind::Misconfigured => "the store is not set up for this",
            StoreErrorKind::OutcomeUnknown => "the store did not answer, so whether it was done is not known",
            StoreErrorKind::Rejected => "the store refused",
            StoreErrorKind::Unavailable => "the store cannot be reached, nothing was changed",
            StoreErrorKind::Unsupported => "the store cannot do this",
        })?;
        write!(f, ": {}", self.what)
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_is_not_a_no() {
        let error = StoreError::no_answer(std::time::Duration::from_secs(1));
        assert_eq!((error.outcome(), error.is_retryable()), (Outcome::Unknown, true));
        assert!(error.to_string().contains("not known: no answer within 1s"), "{error}");
        let refused = StoreError::new(StoreErrorKind::Unavailable, "port 1").caused_by("refused");
        assert_eq!(refused.outcome(), Outcome::NotDone);
        assert_eq!(refused.source().map(ToString::to_string), Some("refused".into()));
    }
}
