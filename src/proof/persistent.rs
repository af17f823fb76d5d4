use std::{fmt, ops::Deref};

use super::{Lockable, Stored};

/// An entity as it was in the database: to read, not to change.
///
/// There is no way from here to a [`Locked`](crate::Locked) one but a fresh read under the lock: what was read before
/// may be out of date. `repository.lock(entity.id())` does that.
pub struct Persistent<T: Lockable> {
    id: T::Id,
    entity: T,
    version: i64,
}

impl<T: Lockable> Persistent<T> {
    /// From a user's own query.
    pub fn from_stored(stored: Stored<T>) -> Self {
        let Stored { entity, version } = stored;
        Self { id: entity.id(), entity, version }
    }

    /// The id under which it was read.
    pub fn id(&self) -> &T::Id {
        &self.id
    }

    /// The version of the row when it was read.
    pub fn version(&self) -> i64 {
        self.version
    }

    /// The entity itself, which is now nothing but a value.
    pub fn into_inner(self) -> T {
        self.entity
    }

    pub(super) fn entity(&self) -> &T {
        &self.entity
    }

    pub(super) fn entity_mut(&mut self) -> &mut T {
        &mut self.entity
    }

    pub(super) fn set_version(&mut self, version: i64) {
        self.version = version;
    }
}

impl<T: Lockable> Deref for Persistent<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.entity
    }
}

impl<T: Lockable + Clone> Clone for Persistent<T> {
    fn clone(&self) -> Self {
        Self { id: self.id.clone(), entity: self.entity.clone(), version: self.version }
    }
}

impl<T: Lockable + PartialEq> PartialEq for Persistent<T> {
    fn eq(&self, other: &Self) -> bool {
        self.version == other.version && self.id == other.id && self.entity == other.entity
    }
}

impl<T: Lockable + Eq> Eq for Persistent<T> {}

impl<T: Lockable + fmt::Debug> fmt::Debug for Persistent<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Persistent").field(&self.entity).finish()
    }
}

#[cfg(feature = "serde")]
impl<T: Lockable + serde::Serialize> serde::Serialize for Persistent<T> {
    /// Writes what the entity itself would write.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.entity.serialize(serializer)
    }
}
