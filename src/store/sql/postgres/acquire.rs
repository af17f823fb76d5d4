use std::time::Duration;

use super::{
    Inner, errors,
    ops::{Seen, bytes},
    pauses::Pauses,
};
use crate::{
    model::FencingToken,
    store::{Acquire, AcquireReply, StoreError, sql::replies},
};

/// When to look again at a lock whose row a transaction has, although nobody holds it: the one who pins a row may do so
/// past its ttl.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

impl Inner {
    /// Takes the lock with one statement, which writes nothing where it is held and then says by whom.
    pub(super) async fn acquire(&self, request: Acquire) -> Result<AcquireReply, StoreError> {
        let held = self.take(&request).await?;
        if matches!(held, AcquireReply::Held { .. }) {
            self.ears.note(&request.key);
        }
        Ok(held)
    }

    async fn take(&self, request: &Acquire) -> Result<AcquireReply, StoreError> {
        let Acquire { key, owner, label, ttl } = request;
        let owner = owner.to_string();
        let mut pauses = Pauses::new();
        loop {
            let rows = self.database.rows(|| {
                sqlx::query(self.sql.take.clone())
                    .bind(bytes(key))
                    .bind(owner.clone().into_bytes())
                    .bind(label.as_str().to_owned())
                    .bind(ttl.as_millis())
                    .bind(self.database.lock_timeout())
            });
            let seen = match rows.await {
                Ok(rows) => Seen::of(rows, key)?,
                // Somebody inserts the key and does not commit: who comes first has it.
                Err(error) if errors::is_locked(&error) => return Ok(pinned()),
                Err(error) => return Err(error),
            };
            if let Some(token) = seen.granted {
                return Ok(AcquireReply::Granted { token });
            }
            if let Some(row) = seen.row {
                if row.runs() && !row.is_held_by(&owner) {
                    return replies::held(&row);
                }
                if let Some(error) = row.exhausted(FencingToken::ZERO)
                    && !row.runs()
                {
                    return Err(error);
                }
                if !pauses.pause().await {
                    return if row.runs() { Err(self.busy(key)) } else { Ok(pinned()) };
                }
            } else if !pauses.pause().await {
                // Others take it and let go of it whenever we look.
                return Ok(pinned());
            }
        }
    }
}

fn pinned() -> AcquireReply {
    AcquireReply::Held { remaining: Some(LOOK_AGAIN), holder: None }
}
