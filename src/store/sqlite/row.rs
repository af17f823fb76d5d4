//! A row of the lock table as SQLite gives it. Anybody can write to the file, so nothing in it is taken for granted.

use std::time::{Duration, UNIX_EPOCH};

use sqlx::{Row, sqlite::SqliteRow};

use crate::{
    model::{FencingToken, Label, LockKey, Owner, TokenExhausted},
    store::{ExtendReply, Holder, StoreError, StoreErrorKind},
};

/// A row, and the store's clock when it was read.
pub(super) struct LockRow {
    key: String,
    owner: Option<String>,
    label: String,
    token: i64,
    acquired_at: i64,
    expires_at: i64,
    asked: Option<String>,
    now: i64,
}

impl LockRow {
    pub(super) fn of(row: &SqliteRow) -> Result<Self, StoreError> {
        let key: String =
            row.try_get("key").map_err(|error| damaged("a key that is no text", error.into()))?;
        let read = || -> Result<Self, sqlx::Error> {
            Ok(Self {
                key: key.clone(),
                owner: row.try_get("owner")?,
                label: row.try_get("label")?,
                token: row.try_get("token")?,
                acquired_at: row.try_get("acquired_at")?,
                expires_at: row.try_get("expires_at")?,
                asked: row.try_get("asked")?,
                now: row.try_get("now")?,
            })
        };
        read().map_err(|error| damaged(&key, error.into()))
    }

    /// Whether somebody holds the lock. An expiry without an owner is nobody's.
    pub(super) fn runs(&self) -> bool {
        self.owner.is_some() && self.expires_at > self.now
    }

    pub(super) fn is_held_by(&self, owner: &str) -> bool {
        self.runs() && self.owner.as_deref() == Some(owner)
    }

    /// The time left; `None` for never.
    pub(super) fn remaining(&self) -> Option<Duration> {
        let left = || u64::try_from(self.expires_at.saturating_sub(self.now)).unwrap_or(0);
        (self.expires_at < i64::MAX).then(|| Duration::from_millis(left()))
    }

    pub(super) fn token(&self) -> Result<FencingToken, StoreError> {
        token(self.token)
    }

    /// Why there is no token above this row's and `above`, if there is none.
    pub(super) fn exhausted(&self, above: FencingToken) -> Option<StoreError> {
        let last = self.token.max(above.as_i64());
        (last >= FencingToken::MAX.as_i64())
            .then(|| exhausted(TokenExhausted { token: last.cast_unsigned().saturating_add(1) }))
    }

    pub(super) fn key(&self) -> Result<LockKey, StoreError> {
        LockKey::new(&self.key).map_err(|error| damaged(&self.key, error.into()))
    }

    pub(super) fn holder(&self) -> Result<Holder, StoreError> {
        let owner = Owner::from_text(self.owner.as_deref().unwrap_or_default())
            .map_err(|error| damaged(&self.key, error.into()))?;
        let since = Duration::from_millis(u64::try_from(self.acquired_at).unwrap_or(0));
        let since = UNIX_EPOCH.checked_add(since).unwrap_or(UNIX_EPOCH);
        let holder = Holder::new(owner, Label::new(&self.label), self.token()?, since, self.remaining());
        Ok(holder.with_asked(self.asked.as_deref().map(Label::new)))
    }
}

/// The token of a statement that returns one.
pub(super) fn returned_token(rows: &[SqliteRow], key: &LockKey) -> Result<Option<FencingToken>, StoreError> {
    let Some(row) = rows.first() else { return Ok(None) };
    let number: i64 = row.try_get("token").map_err(|error| damaged(key.as_str(), error.into()))?;
    token(number).map(Some)
}

/// The answer to an extension that hit this row.
pub(super) fn extended(row: &SqliteRow, key: &LockKey) -> Result<ExtendReply, StoreError> {
    let asked: Option<String> = row.try_get("asked").map_err(|error| damaged(key.as_str(), error.into()))?;
    Ok(ExtendReply::Extended { asked: asked.as_deref().map(Label::new) })
}

fn token(number: i64) -> Result<FencingToken, StoreError> {
    FencingToken::try_from(number).map_err(exhausted)
}

fn exhausted(error: TokenExhausted) -> StoreError {
    StoreError::new(StoreErrorKind::Rejected, error.to_string()).caused_by(error)
}

pub(super) fn damaged(key: &str, cause: Box<dyn std::error::Error + Send + Sync>) -> StoreError {
    let what = format!(
        "the row of {key:?} in lockproof_locks is damaged; repair it, or delete it while nobody works"
    );
    StoreError::new(StoreErrorKind::Rejected, what).caused_by(cause)
}
