use std::time::Duration;

use crate::{
    model::LockKey,
    store::{StoreError, StoreErrorKind, sql::patience::Patience},
};

/// Statements of locks have a row in hand for the time of a commit; a save that pins it, for the time of a transaction.
impl Patience {
    /// For calls that others wait beside: a batch, somebody who can just as well look again later.
    pub(super) fn short() -> Self {
        Self::of(Duration::from_millis(30))
    }

    /// Pauses, or says that somebody else has the row in hand, and that nothing was done.
    pub(super) async fn pause_for(&mut self, key: &LockKey) -> Result<(), StoreError> {
        if self.pause().await {
            return Ok(());
        }
        let what = format!(
            "another transaction has the row of {:?} in the table of locks in hand; keep transactions that save under a \
             lock short",
            key.as_str()
        );
        Err(StoreError::new(StoreErrorKind::Unavailable, what))
    }
}
