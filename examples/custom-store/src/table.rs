//! The locks as plain data, and what time does to them.

use std::{
    collections::BTreeMap,
    time::{Duration, UNIX_EPOCH},
};

use lockproof::{
    FencingToken, Holder, InvalidOwner, Label, LockKey, Owner, StoreError, StoreErrorKind, TokenExhausted,
    Ttl,
};
use serde::{Deserialize, Serialize};

/// All locks that are held, by key. A free lock takes no place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Table {
    /// The highest token so far, of all keys: it stays when locks go, so tokens rise.
    last_token: u64,
    pub(crate) locks: BTreeMap<String, Row>,
}

/// One lock. Times are microseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Row {
    owner: String,
    label: String,
    token: u64,
    since: u64,
    /// None for a lock that never expires.
    expires: Option<u64>,
    /// Why its owner was asked to let go.
    #[serde(default)]
    asked: Option<String>,
}

impl Table {
    /// Lets go what has lapsed. Whatever is in the table after that is held.
    pub(crate) fn sweep(&mut self, now: u64) {
        self.locks.retain(|_, row| row.expires.is_none_or(|at| now < at));
    }

    pub(crate) fn get(&mut self, key: &LockKey) -> Option<&mut Row> {
        self.locks.get_mut(key.as_str())
    }

    pub(crate) fn owned_by(&mut self, key: &LockKey, owner: &Owner) -> Option<&mut Row> {
        self.get(key).filter(|row| row.is_of(owner))
    }

    pub(crate) fn grant(
        &mut self,
        key: &LockKey,
        to: &Owner,
        label: &Label,
        ttl: Ttl,
        above: FencingToken,
        now: u64,
    ) -> Result<FencingToken, StoreError> {
        let token = self.next_token(above, now)?;
        let (owner, label) = (to.to_string(), label.to_string());
        // Whoever is new here has not been asked.
        let asked = self.owned_by(key, to).and_then(|row| row.asked.take());
        let row = Row { owner, label, token: token.get(), since: now, expires: expiry(ttl, now), asked };
        self.locks.insert(key.as_str().to_owned(), row);
        Ok(token)
    }

    /// A token that no key has had, above `above`.
    pub(crate) fn next_token(&mut self, above: FencingToken, now: u64) -> Result<FencingToken, StoreError> {
        let last = FencingToken::new(self.last_token).map_err(exhausted)?;
        let token = FencingToken::next(last.max(above), now).map_err(exhausted)?;
        self.last_token = token.get();
        Ok(token)
    }
}

impl Row {
    pub(crate) fn is_of(&self, owner: &Owner) -> bool {
        self.owner == owner.to_string()
    }

    pub(crate) fn token(&self) -> Result<FencingToken, StoreError> {
        FencingToken::new(self.token).map_err(exhausted)
    }

    pub(crate) fn ask(&mut self, reason: &Label) {
        self.asked = Some(reason.to_string());
    }

    pub(crate) fn asked(&self) -> Option<Label> {
        self.asked.as_deref().map(Label::new)
    }

    pub(crate) fn extend(&mut self, ttl: Ttl, now: u64) {
        self.expires = expiry(ttl, now);
    }

    /// The longer of what is left and of this ttl.
    pub(crate) fn extend_at_least(&mut self, ttl: Ttl, now: u64) {
        self.expires = self.expires.zip(expiry(ttl, now)).map(|(old, new)| old.max(new));
    }

    pub(crate) fn remaining(&self, now: u64) -> Option<Duration> {
        self.expires.map(|at| Duration::from_micros(at.saturating_sub(now)))
    }

    pub(crate) fn holder(&self, now: u64) -> Result<Holder, StoreError> {
        let owner = Owner::from_text(&self.owner).map_err(damaged)?;
        let since = UNIX_EPOCH + Duration::from_micros(self.since);
        let holder = Holder::new(owner, Label::new(&self.label), self.token()?, since, self.remaining(now));
        Ok(holder.with_asked(self.asked()))
    }
}

fn expiry(ttl: Ttl, now: u64) -> Option<u64> {
    let micros = u64::try_from(ttl.as_duration()?.as_micros()).unwrap_or(u64::MAX);
    Some(now.saturating_add(micros))
}

fn exhausted(error: TokenExhausted) -> StoreError {
    StoreError::new(StoreErrorKind::Rejected, error.to_string()).caused_by(error)
}

fn damaged(error: InvalidOwner) -> StoreError {
    StoreError::new(StoreErrorKind::Rejected, "a lock in the table has no legal owner").caused_by(error)
}
