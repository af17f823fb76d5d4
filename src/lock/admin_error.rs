use std::fmt;

use crate::{
    model::{InvalidKey, LockKey},
    store::StoreError,
};

/// Why a lock was not looked at, asked for or freed by force.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdminError {
    /// The service was shut down.
    #[error("the store was not asked: this `Locks` service was shut down")]
    Closed,
    /// What was given as the lock's name is none.
    #[error("the lock has no valid key")]
    InvalidKey(#[from] InvalidKey),
    /// There is no tokio runtime to wait in.
    #[error("the store was not asked: call this inside a tokio runtime with its timer enabled")]
    NoRuntime,
    /// The store could not say.
    #[error("{}", describe(key.as_ref()))]
    Store {
        /// Which lock; `None` if it was about many.
        key: Option<LockKey>,
        /// What happened.
        source: StoreError,
    },
}

impl AdminError {
    /// Whether the store could not be asked or did not answer, so that asking again may help.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Store { source, .. } if source.is_retryable())
    }
}

fn describe(key: Option<&LockKey>) -> impl fmt::Display {
    match key {
        Some(key) => format!("the store gave no answer about the lock {key}"),
        None => "the store gave no list of the held locks".into(),
    }
}
