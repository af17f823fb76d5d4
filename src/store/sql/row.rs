//! A row of the lock table, whichever database it comes from. Anybody can write to it, so nothing in it is taken for
//! granted.

use std::time::{Duration, UNIX_EPOCH};

use crate::{
    model::{FencingToken, Label, LockKey, Owner, TokenExhausted},
    store::{ExtendReply, Holder, StoreError, StoreErrorKind},
};

/// A row of a database of any make: its columns by name.
pub(crate) trait Columns {
    /// A text, or none.
    fn text(&self, column: &'static str) -> Result<Option<String>, sqlx::Error>;
    /// A 64-bit number, or none.
    fn number(&self, column: &'static str) -> Result<Option<i64>, sqlx::Error>;
}

macro_rules! columns {
    ($($feature:literal: $row:ty),*) => {$(
        #[cfg(feature = $feature)]
        impl Columns for $row {
            fn text(&self, column: &'static str) -> Result<Option<String>, sqlx::Error> {
                sqlx::Row::try_get(self, column)
            }

            fn number(&self, column: &'static str) -> Result<Option<i64>, sqlx::Error> {
                sqlx::Row::try_get(self, column)
            }
        }
    )*};
}

columns!("sqlite": sqlx::sqlite::SqliteRow);

/// Keys and owners are `bytea`, which sqlx does not take for text.
#[cfg(feature = "postgres")]
impl Columns for sqlx::postgres::PgRow {
    fn text(&self, column: &'static str) -> Result<Option<String>, sqlx::Error> {
        let value = sqlx::Row::try_get_raw(self, column)?;
        if sqlx::ValueRef::is_null(&value) {
            return Ok(None);
        }
        let text = value.as_bytes().and_then(|bytes| Ok(String::from_utf8(bytes.to_vec())?));
        text.map(Some).map_err(|source| sqlx::Error::ColumnDecode { index: column.into(), source })
    }

    fn number(&self, column: &'static str) -> Result<Option<i64>, sqlx::Error> {
        sqlx::Row::try_get(self, column)
    }
}

/// A row, and the time it had left by the store's clock when it was read.
///
/// A statement for it gives the columns `key`, `owner` (or NULL), `label`, `token`, `since` (microseconds since 1970),
/// `remaining` (microseconds, may be negative; NULL is never) and `asked` (or NULL).
pub(crate) struct LockRow {
    key: String,
    owner: Option<String>,
    label: String,
    token: i64,
    since: i64,
    remaining: Option<i64>,
    asked: Option<String>,
}

impl LockRow {
    pub(crate) fn of(row: &impl Columns) -> Result<Self, StoreError> {
        let key =
            needed("key", row.text("key")).map_err(|error| damaged("a key that is no text", error.into()))?;
        let read = || -> Result<Self, sqlx::Error> {
            Ok(Self {
                key: key.clone(),
                owner: row.text("owner")?,
                label: needed("label", row.text("label"))?,
                token: needed("token", row.number("token"))?,
                since: needed("since", row.number("since"))?,
                remaining: row.number("remaining")?,
                asked: row.text("asked")?,
            })
        };
        read().map_err(|error| damaged(&key, error.into()))
    }

    /// Whether somebody holds the lock. An expiry without an owner is nobody's.
    pub(crate) fn runs(&self) -> bool {
        self.owner.is_some() && self.remaining.is_none_or(|left| left > 0)
    }

    pub(crate) fn is_held_by(&self, owner: &str) -> bool {
        self.runs() && self.owner.as_deref() == Some(owner)
    }

    /// The time left; `None` for never.
    pub(crate) fn remaining(&self) -> Option<Duration> {
        self.remaining.map(|left| Duration::from_micros(u64::try_from(left).unwrap_or(0)))
    }

    pub(crate) fn token(&self) -> Result<FencingToken, StoreError> {
        token(self.token)
    }

    /// Why there is no token above this row's and `above`, if there is none.
    pub(crate) fn exhausted(&self, above: FencingToken) -> Option<StoreError> {
        let last = self.token.max(above.as_i64());
        (last >= FencingToken::MAX.as_i64())
            .then(|| exhausted(TokenExhausted { token: last.cast_unsigned().saturating_add(1) }))
    }

    pub(crate) fn key(&self) -> Result<LockKey, StoreError> {
        LockKey::new(&self.key).map_err(|error| damaged(&self.key, error.into()))
    }

    pub(crate) fn holder(&self) -> Result<Holder, StoreError> {
        let owner = Owner::from_text(self.owner.as_deref().unwrap_or_default())
            .map_err(|error| damaged(&self.key, error.into()))?;
        let since = Duration::from_micros(u64::try_from(self.since).unwrap_or(0));
        let since = UNIX_EPOCH.checked_add(since).unwrap_or(UNIX_EPOCH);
        let holder = Holder::new(owner, Label::new(&self.label), self.token()?, since, self.remaining());
        Ok(holder.with_asked(self.asked.as_deref().map(Label::new)))
    }
}

/// The token of a statement that returns one.
pub(crate) fn returned_token(
    row: Option<&impl Columns>,
    key: &LockKey,
) -> Result<Option<FencingToken>, StoreError> {
    let Some(row) = row else { return Ok(None) };
    let number = needed("token", row.number("token")).map_err(|error| damaged(key.as_str(), error.into()))?;
    token(number).map(Some)
}

/// The answer to an extension that hit this row.
pub(crate) fn extended(row: &impl Columns, key: &LockKey) -> Result<ExtendReply, StoreError> {
    let asked = row.text("asked").map_err(|error| damaged(key.as_str(), error.into()))?;
    Ok(ExtendReply::Extended { asked: asked.as_deref().map(Label::new) })
}

pub(crate) fn needed<T>(column: &str, value: Result<Option<T>, sqlx::Error>) -> Result<T, sqlx::Error> {
    value?.ok_or_else(|| sqlx::Error::ColumnDecode {
        index: column.into(),
        source: sqlx::error::UnexpectedNullError.into(),
    })
}

/// The token that a column has.
pub(crate) fn token(number: i64) -> Result<FencingToken, StoreError> {
    FencingToken::try_from(number).map_err(exhausted)
}

fn exhausted(error: TokenExhausted) -> StoreError {
    StoreError::new(StoreErrorKind::Rejected, error.to_string()).caused_by(error)
}

pub(crate) fn damaged(key: &str, cause: Box<dyn std::error::Error + Send + Sync>) -> StoreError {
    let what = format!(
        "the row of {key:?} in the table of locks is damaged; repair it, or delete it while nobody works"
    );
    StoreError::new(StoreErrorKind::Rejected, what).caused_by(cause)
}
