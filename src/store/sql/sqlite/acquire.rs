use std::time::Duration;

use super::{Inner, millis};
use crate::{
    model::{FencingToken, LockKey},
    store::{
        Acquire, AcquireReply, StoreError,
        sql::{
            replies,
            row::{LockRow, returned_token},
        },
    },
};

/// What the row allows us to do.
enum Look {
    /// It is nobody's: take it.
    Free,
    /// It is somebody else's.
    Held(AcquireReply),
    /// It is ours already.
    Ours,
}

impl Inner {
    /// Takes the lock with one write where it is free, and looks without one where it is not.
    pub(super) async fn acquire(&self, request: Acquire) -> Result<AcquireReply, StoreError> {
        // Each round says no only if the lock changed hands between two statements.
        const ROUNDS: usize = 8;

        let owner = request.owner.to_string();
        let mut look = if self.contended.get(&request.key) {
            self.look(&request.key, &owner).await?
        } else {
            Look::Free
        };
        for _ in 0..ROUNDS {
            let granted = match look {
                Look::Free => self.take(&request, &owner).await?,
                Look::Ours => self.take_again(&request, &owner).await?,
                Look::Held(reply) => {
                    self.contended.set(&request.key, true);
                    return Ok(reply);
                }
            };
            if let Some(token) = granted {
                self.contended.set(&request.key, false);
                return Ok(AcquireReply::Granted { token });
            }
            look = self.look(&request.key, &owner).await?;
        }
        Ok(AcquireReply::Held { remaining: Some(Duration::ZERO), holder: None })
    }

    async fn take_again(&self, request: &Acquire, owner: &str) -> Result<Option<FencingToken>, StoreError> {
        let Acquire { key, ttl, .. } = request;
        let rows = self.database.write(|| {
            sqlx::query(self.sql.take_again.clone()).bind(key.as_str()).bind(owner).bind(millis(*ttl))
        });
        returned_token(rows.await?.first(), key)
    }

    async fn look(&self, key: &LockKey, owner: &str) -> Result<Look, StoreError> {
        let Some(row) = self.find(key).await? else { return Ok(Look::Free) };
        if row.is_held_by(owner) {
            return Ok(Look::Ours);
        }
        if row.runs() {
            return Ok(Look::Held(replies::held(&row)?));
        }
        match row.exhausted(FencingToken::ZERO) {
            Some(error) => Err(error),
            None => Ok(Look::Free),
        }
    }

    /// The lock's row, free or not.
    pub(super) async fn find(&self, key: &LockKey) -> Result<Option<LockRow>, StoreError> {
        let rows = self.database.read(|| sqlx::query(self.sql.find.clone()).bind(key.as_str())).await?;
        rows.first().map(LockRow::of).transpose()
    }
}
