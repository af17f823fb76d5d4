//! Floor 4: what the compiler checks.

pub(crate) mod lockable;

pub use lockable::{Lockable, OpenMut};
