use std::ops::{Deref, DerefMut};

use super::Lockable;

/// An entity that is not in the database yet: free to change, and good for [`insert`](crate::Repository::insert) alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[must_use = "a `Transient` entity is not stored until it is inserted"]
pub struct Transient<T>(T);

impl<T: Lockable> Transient<T> {
    /// A new entity.
    pub const fn new(entity: T) -> Self {
        Self(entity)
    }

    /// The entity itself. An associated function, so that it hides nothing of the entity's.
    pub fn into_inner(this: Self) -> T {
        this.0
    }
}

impl<T> Deref for Transient<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Transient<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}
