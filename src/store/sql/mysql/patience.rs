use std::time::Duration;

use crate::{
    model::{LockKey, clock::BootInstant},
    store::{StoreError, StoreErrorKind},
};

/// How long a row that somebody else has in hand is worth another look. Statements of locks have it for the time of a
/// commit; a save that pins it, for the time of a transaction.
pub(super) struct Patience {
    /// Since the first pause: how slow the calls before were says nothing about others.
    since: Option<BootInstant>,
    limit: Duration,
    pause: Duration,
}

impl Patience {
    /// For calls that others wait beside: a batch, somebody who can just as well look again later.
    pub(super) fn short() -> Self {
        Self::of(Duration::from_millis(30))
    }

    pub(super) fn of(limit: Duration) -> Self {
        Self { since: None, limit, pause: Duration::from_millis(1) }
    }

    /// Waits a little, without a connection. Says `false` if it has lasted for too long.
    pub(super) async fn pause(&mut self) -> bool {
        let now = BootInstant::now();
        let left = self.limit.saturating_sub(now.since(*self.since.get_or_insert(now)));
        if left.is_zero() {
            return false;
        }
        tokio::time::sleep(self.pause.min(left)).await;
        self.pause = (self.pause * 2).min(Duration::from_millis(16));
        true
    }

    /// The same, with the error: somebody else has the row in hand, and nothing was done.
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

/// The connection was cut on the way, and what was found then may be what the call itself has left.
pub(super) fn unsettled(key: &LockKey) -> StoreError {
    let what =
        format!("the connection was cut while {:?} was written, and then was not found held", key.as_str());
    StoreError::new(StoreErrorKind::OutcomeUnknown, what)
}
