//! What a `Storage` is handed: each ticket is made by `Repo` alone, after the lock was checked.

use std::{cmp::Ordering, fmt, ops::RangeInclusive};

use super::{Claimed, Written};
use crate::{
    model::{FencingToken, LockKey, TokenExhausted},
    proof::Lockable,
    store::{StoreError, StoreErrorKind},
};

/// A read under the lock, which stamps the row.
pub struct Claim<'a, T: Lockable> {
    row: Row<'a, T>,
    fence: FencingToken,
}

/// A new entity.
pub struct Insert<'a, T: Lockable> {
    row: Row<'a, T>,
    entity: &'a T,
    version: i64,
}

/// A write under the lock.
pub struct Update<'a, T: Lockable> {
    row: Row<'a, T>,
    entity: &'a T,
    expected: Expected,
}

/// A removal under the lock.
pub struct Delete<'a, T: Lockable> {
    row: Row<'a, T>,
    expected: Expected,
}

/// Which row: by the identity that was locked, not by what the entity says now.
pub(crate) struct Row<'a, T: Lockable> {
    pub(crate) id: &'a T::Id,
    pub(crate) key: &'a LockKey,
}

/// What the row must still be like for a write to count.
#[derive(Clone, Debug)]
pub(crate) struct Expected {
    pub(crate) fence: FencingToken,
    /// The version that was loaded, and those that earlier writes of this very guard may have left in it.
    pub(crate) versions: RangeInclusive<i64>,
}

/// The tickets are made here and not by functions of their own: the compiler would offer those to a user who tries to
/// make one by hand.
impl<'a, T: Lockable> Row<'a, T> {
    pub(crate) fn claim(self, fence: FencingToken) -> Claim<'a, T> {
        Claim { row: self, fence }
    }

    pub(crate) fn insert(self, entity: &'a T, version: i64) -> Insert<'a, T> {
        Insert { row: self, entity, version }
    }

    pub(crate) fn update(self, entity: &'a T, expected: Expected) -> Update<'a, T> {
        Update { row: self, entity, expected }
    }

    pub(crate) fn delete(self, expected: Expected) -> Delete<'a, T> {
        Delete { row: self, expected }
    }
}

macro_rules! row_accessors {
    () => {
        /// The id of the row.
        pub fn id(&self) -> &'a T::Id {
            self.row.id
        }

        /// The entity's lock key: a text that is unique among all kinds, for tables that hold several.
        pub fn key(&self) -> &'a LockKey {
            self.row.key
        }
    };
}

macro_rules! expected_accessors {
    () => {
        /// What the row's `fence` must be equal to.
        pub fn fence(&self) -> i64 {
            self.expected.fence.as_i64()
        }

        /// What the row's `version` must be one of: `version BETWEEN start AND end`.
        pub fn versions(&self) -> RangeInclusive<i64> {
            self.expected.versions.clone()
        }

        /// Why no row was hit, from the `fence` and `version` that one more read found.
        ///
        /// # Errors
        /// If the row's fence is out of range ([`TokenExhausted`]).
        pub fn refused(&self, row: Option<(i64, i64)>) -> Result<Written, StoreError> {
            self.expected.refused(row)
        }
    };
}

impl<'a, T: Lockable> Claim<'a, T> {
    row_accessors!();

    /// What to stamp the row with; its `fence` must be below.
    pub fn fence(&self) -> i64 {
        self.fence.as_i64()
    }

    /// Why no row was hit, from the `fence` that one more read found.
    ///
    /// # Errors
    /// If the row's fence is out of range ([`TokenExhausted`]).
    pub fn refused(&self, fence: Option<i64>) -> Result<Claimed<T>, StoreError> {
        match fence.map(token_of_row).transpose()? {
            Some(by) if by >= self.fence => Ok(Claimed::Fenced { by }),
            // None was hit, so one that can be hit now was made since.
            _ => Ok(Claimed::Gone),
        }
    }
}

impl<'a, T: Lockable> Insert<'a, T> {
    row_accessors!();

    /// What to write.
    pub fn entity(&self) -> &'a T {
        self.entity
    }

    /// The first version: microseconds since 1970, so that a row that is deleted and made again does not begin with
    /// a version that it has had before.
    pub fn version(&self) -> i64 {
        self.version
    }
}

impl<'a, T: Lockable> Update<'a, T> {
    row_accessors!();
    expected_accessors!();

    /// What to write.
    pub fn entity(&self) -> &'a T {
        self.entity
    }

    /// The new version of the row.
    pub fn version(&self) -> i64 {
        self.expected.versions.end() + 1
    }
}

impl<'a, T: Lockable> Delete<'a, T> {
    row_accessors!();
    expected_accessors!();
}

macro_rules! debug_by_key {
    ($($ticket:ident),*) => {$(
        impl<T: Lockable> fmt::Debug for $ticket<'_, T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($ticket), self.row.key)
            }
        }
    )*};
}

debug_by_key!(Claim, Insert, Update, Delete);

impl Expected {
    fn refused(&self, row: Option<(i64, i64)>) -> Result<Written, StoreError> {
        let Some((fence, found)) = row else { return Ok(Written::Gone) };
        let by = token_of_row(fence)?;
        Ok(match by.cmp(&self.fence) {
            Ordering::Greater => Written::Fenced { by },
            Ordering::Equal => Written::Stale { found },
            // Ours was stamped higher: this is another row, made after ours was deleted.
            Ordering::Less => Written::Gone,
        })
    }
}

fn token_of_row(fence: i64) -> Result<FencingToken, StoreError> {
    FencingToken::try_from(fence).map_err(|error: TokenExhausted| {
        StoreError::new(StoreErrorKind::Rejected, "the row's fence is out of range").caused_by(error)
    })
}
