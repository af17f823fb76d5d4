use std::time::Duration;

use super::{
    Inner,
    connection::Done,
    values::{bytes, micros},
};
use crate::{
    model::{FencingToken, LockKey, Ttl, clock::BootInstant},
    store::{
        Acquire, AcquireReply, StoreError,
        sql::{patience::Patience, replies},
    },
};

/// What the row allows us to do.
enum Look {
    /// It was never taken: make it.
    Missing,
    /// It is nobody's: take it.
    Free,
    /// It is somebody else's.
    Held(AcquireReply),
    /// It is ours already, under this token and for this time (`None` for ever).
    Ours(FencingToken, Option<Duration>),
}

impl Inner {
    /// Takes the lock with one write where it is free, and looks without one where it is not.
    pub(super) async fn acquire(&self, request: Acquire) -> Result<AcquireReply, StoreError> {
        let owner = request.owner.to_string();
        let mut look = match self.contended.get(&request.key) {
            true => self.look(&request.key, &owner).await?,
            false => Look::Free,
        };
        let sent = BootInstant::now();
        let (mut in_turn, mut ours) = (Patience::short(), self.patience());
        loop {
            let done = match look {
                Look::Missing => self.take_first(&request, &owner).await?,
                Look::Free => self.take(&request, &owner).await?,
                Look::Ours(..) => self.take_again(&request, &owner).await?,
                Look::Held(reply) => {
                    self.contended.set(&request.key, true);
                    return Ok(reply);
                }
            };
            if let Some(token) = done.token()? {
                self.contended.set(&request.key, false);
                return Ok(AcquireReply::Granted { token });
            }
            let since = BootInstant::now().since(sent);
            look = self.look(&request.key, &owner).await.map_err(|error| done.doubt(error))?;
            match look {
                Look::Missing | Look::Held(_) => {}
                // Somebody takes it at this moment, or a save under a lease that has lapsed pins it.
                Look::Free if in_turn.pause().await => {}
                Look::Free => {
                    return Ok(AcquireReply::Held { remaining: Some(Duration::ZERO), holder: None });
                }
                // Another request of the same owner has done what this one would: many of them are not served in turn.
                Look::Ours(token, left) if stands(left, since, request.ttl) => {
                    return Ok(AcquireReply::Granted { token });
                }
                Look::Ours(..) => ours.pause_for(&request.key).await?,
            }
        }
    }

    async fn take(&self, request: &Acquire, owner: &str) -> Result<Done, StoreError> {
        let Acquire { key, label, ttl, .. } = request;
        let take = || {
            let statement = self.statement(&self.sql.take, key);
            statement.bind(bytes(label.as_str())).bind(micros(*ttl)).bind(bytes(owner))
        };
        self.database.write(take).await
    }

    async fn take_first(&self, request: &Acquire, owner: &str) -> Result<Done, StoreError> {
        let Acquire { key, label, ttl, .. } = request;
        let take = || {
            let statement = self.statement(&self.sql.take_first, key);
            statement.bind(bytes(owner)).bind(bytes(label.as_str())).bind(micros(*ttl))
        };
        self.database.write(take).await
    }

    async fn take_again(&self, request: &Acquire, owner: &str) -> Result<Done, StoreError> {
        let Acquire { key, ttl, .. } = request;
        let take = || self.statement(&self.sql.take_again, key).bind(bytes(owner)).bind(micros(*ttl));
        self.database.write(take).await
    }

    async fn look(&self, key: &LockKey, owner: &str) -> Result<Look, StoreError> {
        let Some(row) = self.find(key).await? else { return Ok(Look::Missing) };
        if row.is_held_by(owner) {
            return Ok(Look::Ours(row.token()?, row.remaining()));
        }
        if row.runs() {
            return Ok(Look::Held(replies::held(&row)?));
        }
        match row.exhausted(FencingToken::ZERO) {
            Some(error) => Err(error),
            None => Ok(Look::Free),
        }
    }
}

/// Whether a lock with so much time left stands for `ttl` from when it was asked for.
fn stands(left: Option<Duration>, since: Duration, ttl: Ttl) -> bool {
    match (left, ttl.as_duration()) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(left), Some(ttl)) => left.saturating_add(since) >= ttl,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_stands_for_long_enough_or_not() {
        let secs = |secs| Some(Duration::from_secs(secs));
        let (ttl, since) = (Ttl::new(Duration::from_secs(10)).expect("legal"), Duration::from_secs(2));
        assert!(stands(secs(8), since, ttl) && stands(None, since, ttl) && stands(None, since, Ttl::Never));
        assert!(!stands(secs(7), since, ttl) && !stands(secs(99), since, Ttl::Never));
    }
}
