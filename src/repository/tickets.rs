//! What a `Storage` is handed: each ticket is made by `Repo` alone, after the lock was checked.

use std::{cmp::Ordering, fmt, ops::RangeInclusive};

use super::{Claimed, Written};
use crate::{
    model::{FencingToken, LockKey, Namespace, TokenExhausted},
    proof::Lockable,
    store::{StoreError, StoreErrorKind},
};

/// A read under the lock, which stamps the row.
pub struct Claim<'a, T: Lockable> {
    row: Row<'a, T>,
    fence: FencingToken,
    /// The leases of one seat have one token: each of them may claim the row.
    seat: bool,
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
    #[cfg_attr(
        not(any(feature = "mysql", feature = "postgres", feature = "sqlite")),
        allow(dead_code, reason = "for homes in the database of their locks")
    )]
    pub(crate) namespace: &'a Namespace,
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
        Claim { row: self, fence, seat: false }
    }

    pub(crate) fn claim_seat(self, fence: FencingToken) -> Claim<'a, T> {
        Claim { row: self, fence, seat: true }
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

macro_rules! held_key {
    () => {
        /// The key as the lock store has it: for a storage that pins the lock's row.
        #[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
        pub(crate) fn held_key(&self) -> Result<LockKey, StoreError> {
            let (key, namespace) = (self.row.key, self.row.namespace);
            namespace
                .qualify(key)
                .map_err(|error| StoreError::new(StoreErrorKind::Rejected, "no such lock").caused_by(error))
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
    held_key!();

    /// What to stamp the row with.
    pub fn fence(&self) -> i64 {
        self.fence.as_i64()
    }

    /// What the row's `fence` must be below: the token itself, or one more for a lock with an owner of the user's own,
    /// who comes back to the row under the same token.
    pub fn below(&self) -> i64 {
        self.fence.as_i64() + i64::from(self.seat)
    }

    /// Why no row was hit, from the `fence` that one more read found.
    ///
    /// # Errors
    /// If the row's fence is out of range ([`TokenExhausted`]), or equal to a token that may have the row: the storage
    /// then compares with [`fence`](Self::fence) and not with [`below`](Self::below).
    pub fn refused(&self, fence: Option<i64>) -> Result<Claimed<T>, StoreError> {
        match fence.map(token_of_row).transpose()? {
            Some(by) if by.as_i64() >= self.below() => Ok(Claimed::Fenced { by }),
            Some(by) if by == self.fence => {
                let what =
                    "the storage did not claim a row with `fence < claim.below()`; compare with `below()`";
                Err(StoreError::new(StoreErrorKind::Rejected, what))
            }
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
    held_key!();
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
    held_key!();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::InvalidKey, proof::Lockable};

    struct Note;

    impl Lockable for Note {
        type Id = u64;
        type Mut<'lock> = &'lock mut Self;

        const KIND: &'static str = "note";

        fn id(&self) -> u64 {
            1
        }

        fn lock_key(_: &u64) -> Result<LockKey, InvalidKey> {
            LockKey::new("note:1")
        }

        fn view_mut(&mut self) -> &mut Self {
            self
        }
    }

    #[test]
    fn a_storage_that_shuts_a_seat_out_of_its_own_row_is_told() {
        let key = LockKey::new("note:1").expect("legal");
        let row = || Row::<'_, Note> { id: &1, key: &key, namespace: &Namespace::NONE };
        let token = FencingToken::new(5).expect("in range");
        let again = row().claim_seat(token);
        assert_eq!((again.fence(), again.below()), (5, 6));
        let told = again.refused(Some(5)).map(drop).expect_err("its own row");
        assert!(told.to_string().contains("below()"), "{told}");
        assert!(matches!(again.refused(Some(6)), Ok(Claimed::Fenced { .. })));
        assert!(matches!(row().claim(token).refused(Some(5)), Ok(Claimed::Fenced { .. })));
        assert!(matches!(again.refused(None), Ok(Claimed::Gone)));
    }
}
