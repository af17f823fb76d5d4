//! What a row means for a call. The databases differ in how they get at the row, not in this.

use super::row::{Columns, LockRow};
use crate::{
    model::FencingToken,
    store::{AcquireReply, HeldKey, List, RotateReply, StoreError},
};

/// The answer to an acquisition, of a lock that another owner has.
pub(crate) fn held(row: &LockRow) -> Result<AcquireReply, StoreError> {
    Ok(AcquireReply::Held { remaining: row.remaining(), holder: Some(row.holder()?) })
}

/// The answer to a hand-over that hit no row and then found this one; `None` if another try may hit it.
pub(crate) fn rotated(
    row: Option<&LockRow>,
    from: &str,
    to: &str,
    above: FencingToken,
) -> Result<Option<RotateReply>, StoreError> {
    let Some(row) = row.filter(|row| row.is_held_by(from) || row.is_held_by(to)) else {
        return Ok(Some(RotateReply::NotHeld));
    };
    let token = row.token()?;
    if row.is_held_by(to) && token > above {
        // An earlier request did it, and its answer was lost.
        return Ok(Some(RotateReply::Granted { token }));
    }
    row.exhausted(above).map_or(Ok(None), Err)
}

/// Whether a try to evict may hit the row that was found.
pub(crate) fn may_be_forced(row: Option<&LockRow>) -> Result<bool, StoreError> {
    match row.filter(|row| row.runs()) {
        Some(row) => row.exhausted(FencingToken::ZERO).map_or(Ok(true), Err),
        None => Ok(false),
    }
}

/// The answer to a list.
pub(crate) fn listed(rows: &[impl Columns]) -> Result<Vec<HeldKey>, StoreError> {
    let listed = |row| {
        let row = LockRow::of(row)?;
        Ok(HeldKey::new(row.key()?, row.holder()?))
    };
    rows.iter().map(listed).collect()
}

/// Which keys a list goes through: from `first` on, but for `after`, and below [`end`](Self::end).
pub(crate) struct Page {
    pub(crate) first: String,
    pub(crate) after: String,
    pub(crate) limit: i64,
    pub(crate) prefix: String,
}

impl Page {
    pub(crate) fn of(List { prefix, after, limit }: List) -> Self {
        let after = after.map_or_else(String::new, |key| key.as_str().to_owned());
        let first = after.clone().max(prefix.clone());
        Self { first, after, limit: i64::try_from(limit).unwrap_or(i64::MAX), prefix }
    }

    /// No UTF-8 has this byte, so it is above every key with the prefix.
    #[cfg(any(feature = "mysql", feature = "postgres"))]
    pub(crate) fn end(&self) -> Vec<u8> {
        [self.prefix.as_bytes(), b"\xFF"].concat()
    }
}
